<?php
/**
 * What the tests of the recorder share.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * A test that reads what was recorded of pages.
 */
abstract class Record_Test_Case extends Site_Test_Case {
	/**
	 * Options as they were.
	 *
	 * @var array<string,mixed>
	 */
	private $options = array();

	/**
	 * Terms of this test and their taxonomies.
	 *
	 * @var array<int,string>
	 */
	private $terms = array();

	/**
	 * Scheduled work beside a test would write back options that the test has changed: the object cache has all in one.
	 */
	protected function setUp(): void {
		$this->site_runs( 'defined( "DISABLE_WP_CRON" ) || define( "DISABLE_WP_CRON", true );' );
	}

	/**
	 * Takes terms away, and puts options back.
	 */
	protected function tearDown(): void {
		parent::tearDown();
		foreach ( $this->terms as $term => $taxonomy ) {
			wp_delete_term( $term, $taxonomy );
		}
		foreach ( $this->options as $name => $value ) {
			update_option( $name, $value );
		}
	}

	/**
	 * Sets an option for this test.
	 *
	 * @param string $name  Of the option.
	 * @param mixed  $value Its value.
	 */
	protected function option( string $name, $value ) {
		$this->options[ $name ] = get_option( $name );
		update_option( $name, $value );
	}

	/**
	 * A term.
	 *
	 * @param string $taxonomy Its taxonomy.
	 * @param array  $args     As for wp_insert_term().
	 */
	protected function term( string $taxonomy, array $args = array() ): int {
		$id                 = wp_insert_term( 'Term ' . wp_rand(), $taxonomy, $args )['term_id'];
		$this->terms[ $id ] = $taxonomy;
		return $id;
	}

	/**
	 * PHP that the site runs in each request of this test.
	 *
	 * @param string $php Without its opening tag.
	 */
	protected function site_runs( string $php ) {
		wp_mkdir_p( WPMU_PLUGIN_DIR );
		// Another name each time: the site's PHP may remember for two seconds what was in a file.
		$file = WPMU_PLUGIN_DIR . '/test-' . wp_rand() . '.php';
		file_put_contents( $file, "<?php $php" );
		$this->remove_later( $file );
	}

	/**
	 * Lines that the site wrote while something was done.
	 *
	 * @param callable $does What is done.
	 * @return array[]
	 */
	protected function lines( callable $does ): array {
		$file = PLATEN_SPOOL . '/pages';
		if ( is_file( $file ) ) {
			unlink( $file );
		}
		$does();
		// PHP goes on for a moment when the visitor has his page.
		for ( $wait = 0; $wait < 100 && ! is_file( $file ); $wait++ ) {
			usleep( 10000 );
		}
		return is_file( $file ) ? array_map( array( $this, 'decoded' ), file( $file ) ) : array();
	}

	/**
	 * A line, decoded.
	 *
	 * @param string $line JSON.
	 */
	private function decoded( string $line ): array {
		self::assertStringEndsWith( "\n", $line );
		return json_decode( $line, true );
	}

	/**
	 * What the site wrote about a page: exactly one line, fit for the agent.
	 *
	 * @param string $path    Of the page, with its query.
	 * @param array  $options As for wp_remote_request().
	 */
	protected function page( string $path, array $options = array() ): array {
		$path  .= ( strpos( $path, '?' ) ? '&' : '?' ) . 'fresh=' . wp_rand();
		$answer = array();
		$lines  = $this->lines(
			function () use ( $path, $options, &$answer ) {
				$answer = $this->http( $path, $options );
			}
		);
		self::assertCount( 1, $lines, $path );
		self::assertSame( home_url( $path ), $lines[0]['url'] );
		self::assertSame( wp_remote_retrieve_response_code( $answer ), $lines[0]['status'] );
		self::assertSame( (string) $lines[0]['at'], wp_remote_retrieve_header( $answer, 'x-platen-made' ) );
		self::assertFits( $lines[0] );
		return $lines[0];
	}

	/**
	 * Has the site make a page of PHP.
	 *
	 * @param string $php Run when WordPress has looked up a feed that there is not.
	 * @return string Its path.
	 */
	protected function page_of( string $php ): string {
		$name = wp_rand();
		$this->site_runs( "add_action( 'template_redirect', function () { if ( '$name' === ( \$_GET['of'] ?? '' ) ) { $php; exit; } } );" );
		return "/?feed=none&of=$name";
	}

	/**
	 * Asserts what the protocol's schema of spool.page asks for.
	 *
	 * @param mixed $line Decoded.
	 */
	protected static function assertFits( $line ) {
		self::assertSame( '', self::misfit( $line ), wp_json_encode( $line ) );
	}

	/**
	 * Why a line doesn't fit the protocol's schema of spool.page; empty where it does.
	 *
	 * @param mixed $line Decoded.
	 */
	protected static function misfit( $line ): string {
		$given = array_keys( $line );
		if ( array_diff( $given, array( 'at', 'url', 'status', 'tags', 'partial' ) ) || array_diff( array( 'at', 'url', 'status', 'tags' ), $given ) ) {
			return 'keys';
		}
		if ( ! is_int( $line['at'] ) || $line['at'] < 1000000000000000 ) {
			return 'at';
		}
		if ( ! is_string( $line['url'] ) || strlen( $line['url'] ) > 2048 || ! preg_match( '#^https?://[^\s\x00-\x1f]+$#D', $line['url'] ) ) {
			return 'url';
		}
		if ( ! is_int( $line['status'] ) || $line['status'] < 100 || $line['status'] > 599 ) {
			return 'status';
		}
		foreach ( $line['tags'] as $tag ) {
			if ( ! is_string( $tag ) || strlen( $tag ) > 120 || ! preg_match( '/^(b[0-9]+\.)?[a-z]+:[!-~]+$/D', $tag ) ) {
				return 'tags';
			}
		}
		return count( $line['tags'] ) > 2048 || ( isset( $line['partial'] ) && true !== $line['partial'] ) ? 'bounds' : '';
	}

	/**
	 * Asserts that tags are among those of a page.
	 *
	 * @param string[] $wanted The tags.
	 * @param array    $page   Its line.
	 */
	protected static function assertTags( array $wanted, array $page ) {
		self::assertSame( array(), array_values( array_diff( $wanted, $page['tags'] ) ), implode( ' ', $page['tags'] ) );
	}
}
