<?php
/**
 * Tests of switching the plugin on, off and away.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * The plugin as a guest in WordPress.
 */
final class Activation_Test extends Site_Test_Case {
	const PLUGIN = 'platen/platen.php';

	/**
	 * Leaves it active.
	 */
	protected function tearDown(): void {
		activate_plugin( self::PLUGIN );
		parent::tearDown();
	}

	public function test_activates_without_a_word() {
		deactivate_plugins( self::PLUGIN );
		ob_start();
		$error  = activate_plugin( self::PLUGIN );
		$output = ob_get_clean();
		self::assertNull( $error );
		self::assertSame( '', $output );
		self::assertTrue( is_plugin_active( self::PLUGIN ) );
	}

	public function test_is_loaded_before_other_plugins() {
		deactivate_plugins( self::PLUGIN );
		update_option( 'active_plugins', array_merge( get_option( 'active_plugins' ), array( 'aaa/aaa.php' ) ) );
		activate_plugin( self::PLUGIN );
		$order = get_option( 'active_plugins' );
		update_option( 'active_plugins', array_diff( $order, array( 'aaa/aaa.php' ) ) );
		self::assertSame( self::PLUGIN, reset( $order ) );
		self::assertContains( 'aaa/aaa.php', $order );
	}

	public function test_keeps_what_every_page_loads_under_300_bytes() {
		global $wpdb;
		$this->call( 'assets.publish', array() );
		$bytes = (int) $wpdb->get_var( "SELECT SUM(LENGTH(option_name) + LENGTH(option_value)) FROM $wpdb->options WHERE option_name LIKE '%platen%' AND autoload IN ('yes','on','auto','auto-on')" );
		self::assertLessThanOrEqual( 300, $bytes );
	}

	public function test_leaves_nothing_behind_when_it_is_uninstalled() {
		global $wpdb;
		$id  = $this->attachment();
		$map = $this->webp_map( $id );
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => $map ) );
		$manifest = $this->upload( 'platen/assets/0123456789abcdef.json', '{"version":1,"files":{}}' );
		$this->call( 'assets.publish', array( 'manifest' => 'platen/assets/0123456789abcdef.json', 'bundle' => '0123456789abcdef' ) );
		update_option( 'platen_nonces', array( 'x' => 1 ), false );

		deactivate_plugins( self::PLUGIN );
		// As uninstall_plugin() does, which can run but once a request.
		defined( 'WP_UNINSTALL_PLUGIN' ) || define( 'WP_UNINSTALL_PLUGIN', self::PLUGIN );
		require_once WP_PLUGIN_DIR . '/platen/uninstall.php';

		self::assertSame( '0', $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE '%platen%'" ) );
		self::assertSame( '0', $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE meta_key LIKE '%platen%'" ) );
		self::assertSame( '0', $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->usermeta WHERE meta_key LIKE '%platen%'" ) );
		self::assertDirectoryDoesNotExist( dirname( $manifest, 2 ) );
		foreach ( $map as $webp ) {
			self::assertFileDoesNotExist( wp_upload_dir()['basedir'] . '/' . $webp );
		}
		self::assertFileExists( get_attached_file( $id ) );
		self::assertStringNotContainsString( 'platen', wp_json_encode( _get_cron_array() ) );
	}

	public function test_adds_no_query_to_a_page_with_images_and_published_assets() {
		$id   = $this->attachment();
		$post = $this->post( '<!-- wp:image {"id":' . $id . '} --><figure class="wp-block-image"><img src="' . esc_url( wp_get_attachment_url( $id ) ) . '" alt="" class="wp-image-' . $id . '"/></figure><!-- /wp:image -->' );
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => $this->webp_map( $id ) ) );
		$this->upload( 'platen/assets/0123456789abcdef.json', '{"version":1,"files":{"http://x/a.css":{"file":"a.css","version":""}}}' );
		$this->call( 'assets.publish', array( 'manifest' => 'platen/assets/0123456789abcdef.json', 'bundle' => '0123456789abcdef' ) );

		$with = $this->queries_of( get_permalink( $post ) );
		self::assertStringContainsString( '<picture', $this->http( wp_make_link_relative( get_permalink( $post ) ) . '?fresh=' . wp_rand() )['body'] );
		deactivate_plugins( self::PLUGIN );
		$without = $this->queries_of( get_permalink( $post ) );
		self::assertSame( $without, $with );
	}

	/**
	 * The queries that a page makes whose caches are empty.
	 *
	 * @param string $url Of the page.
	 */
	private function queries_of( string $url ): array {
		$counter = WPMU_PLUGIN_DIR . '/count-queries.php';
		wp_mkdir_p( WPMU_PLUGIN_DIR );
		// WordPress's cron, started by a page, would fill the object cache beside the next one.
		file_put_contents( $counter, '<?php define( "DISABLE_WP_CRON", true ); define( "SAVEQUERIES", true ); add_action( "wp_footer", function () { global $wpdb; echo "<!-- queries:", wp_json_encode( array_column( $wpdb->queries, 0 ), JSON_HEX_TAG ), " -->"; }, PHP_INT_MAX );' );
		$this->remove_later( $counter );
		$path = wp_make_link_relative( $url );
		// The first one fills what WordPress keeps of its own.
		$this->http( $path . '?fresh=' . wp_rand() );
		wp_cache_flush();
		$body = $this->http( $path . '?fresh=' . wp_rand() )['body'];
		self::assertSame( 1, preg_match( '/<!-- queries:(.*?) -->/s', $body, $match ), substr( $body, 0, 500 ) );
		return json_decode( $match[1], true );
	}

	public function test_has_no_file_that_says_anything_to_whoever_asks_for_it() {
		$folder = WP_PLUGIN_DIR . '/platen';
		$files  = new \RegexIterator( new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( $folder ) ), '/\.php$/' );
		$count  = 0;
		foreach ( $files as $file ) {
			$path = substr( $file->getPathname(), strlen( ABSPATH ) - 1 );
			self::assertSame( '', $this->http( $path )['body'], $path );
			++$count;
		}
		self::assertGreaterThan( 20, $count );
	}

	public function test_writes_nothing_to_the_debug_log() {
		foreach ( array( '/', '/wp-login.php', '/feed/', '/?platen-call=1', '/wp-json/platen/v1/status' ) as $path ) {
			$this->http( $path );
		}
		$log = is_file( WP_DEBUG_LOG ) ? file_get_contents( WP_DEBUG_LOG ) : '';
		self::assertStringNotContainsString( 'plugins/platen/', $log );
	}
}
