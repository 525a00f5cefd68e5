<?php
/**
 * Tests of the admin bar's entries and of the form behind them.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Purge\Bar;
use Platen\Purge\Screen;

require_once __DIR__ . '/class-purge-test-case.php';

/**
 * Purging from the page that is looked at, with JavaScript and without.
 */
final class Purge_Bar_Test extends Purge_Test_Case {
	/**
	 * Leaves no page behind.
	 */
	protected function tearDown(): void {
		$_SERVER['REQUEST_URI'] = '/';
		wp_reset_query();
		parent::tearDown();
	}

	/**
	 * The entries that the present user has on a page: addresses by id.
	 *
	 * @param string $path  Of the page.
	 * @param array  $query What WordPress makes of the path.
	 */
	private function entries( string $path, array $query ): array {
		require_once ABSPATH . WPINC . '/class-wp-admin-bar.php';
		$_SERVER['REQUEST_URI'] = $path;
		query_posts( $query ); // phpcs:ignore WordPress.WP.DiscouragedFunctions -- as the main query would.
		$bar = new \WP_Admin_Bar();
		Bar::action_admin_bar_menu( $bar );
		return wp_list_pluck( array_map( 'get_object_vars', (array) $bar->get_nodes() ), 'href' );
	}

	public function test_offers_an_editor_the_page_and_those_who_manage_everything_as_well() {
		$id   = $this->post( 'Words' );
		$path = wp_make_link_relative( get_permalink( $id ) );
		$page = array( 'platen-purge' => Screen::link( get_permalink( $id ) ), 'platen-purge-page' => Screen::link( get_permalink( $id ) ) );
		$this->become( 'editor' );
		self::assertSame( $page, $this->entries( $path, array( 'p' => $id ) ) );
		self::assertSame( Screen::link( home_url( '/?s=a+b' ) ), $this->entries( '/?s=a+b', array( 's' => 'a b' ) )['platen-purge-page'] );
		$this->become( 'administrator' );
		self::assertSame( $page + array( 'platen-purge-everything' => Screen::link( get_permalink( $id ), 'everything' ) ), $this->entries( $path, array( 'p' => $id ) ) );
	}

	public function test_offers_nothing_to_those_who_may_not() {
		$id   = $this->post( 'Of nobody' );
		$path = wp_make_link_relative( get_permalink( $id ) );
		foreach ( array( 'subscriber', 'author' ) as $role ) {
			$this->become( $role );
			self::assertSame( array(), $this->entries( $path, array( 'p' => $id ) ) );
			self::assertSame( array(), $this->entries( '/', array() ) );
		}
		$own = $this->post( 'Of the author' );
		self::assertArrayHasKey( 'platen-purge-page', $this->entries( wp_make_link_relative( get_permalink( $own ) ), array( 'p' => $own ) ) );
	}

	public function test_names_a_post_by_its_own_address_and_no_draft_at_all() {
		$id   = $this->post( 'Words' );
		$path = wp_make_link_relative( get_permalink( $id ) );
		$this->become( 'editor' );
		self::assertSame( Screen::link( get_permalink( $id ) ), $this->entries( $path . '?utm_source=x', array( 'p' => $id ) )['platen-purge-page'] );
		self::assertSame( Screen::link( get_permalink( $id ) . '2/' ), $this->entries( $path . '2/', array( 'p' => $id ) )['platen-purge-page'] );
		wp_update_post( array( 'ID' => $id, 'post_status' => 'draft' ) );
		self::assertSame( array(), $this->entries( '/?p=' . $id, array( 'p' => $id, 'post_status' => 'draft' ) ) );
	}

	public function test_serves_script_and_dialog_to_those_who_may_and_nothing_to_visitors() {
		self::assertStringNotContainsString( 'platen-purge', $this->http( '/?fresh=' . wp_rand() )['body'] );
		$subscriber = $this->get( '/', $this->become( 'subscriber' ) );
		self::assertStringContainsString( 'wpadminbar', $subscriber );
		self::assertStringNotContainsString( 'platen-purge', $subscriber );
		$editor = $this->get( '/', $this->become( 'editor' ) );
		self::assertStringContainsString( 'src-js/purge.js', $editor );
		self::assertStringContainsString( 'wp-admin-bar-platen-purge-page', $editor );
		self::assertStringNotContainsString( '<dialog', $editor );
		self::assertStringContainsString( '<dialog', $this->get( '/', $this->become( 'administrator' ) ) );
	}

	public function test_offers_the_post_that_is_edited() {
		$id     = $this->post( 'Words' );
		$editor = $this->become( 'editor' );
		self::assertStringContainsString( esc_url( Screen::link( get_permalink( $id ) ) ), $this->get( "/wp-admin/post.php?post=$id&action=edit", $editor ) );
		self::assertStringNotContainsString( 'wp-admin-bar-platen-purge', $this->get( '/wp-admin/edit.php', $editor ) );
	}

	public function test_purges_without_javascript_and_shows_the_receipt() {
		$url = get_permalink( $this->post( 'Words' ) );
		$this->agent_answers( array( array( 202, $this->job() ), array( 200, $this->done( array( $url ) ) ) ) );
		$cookies = $this->cookies( $this->become( 'editor' ) );
		$screen  = $this->with_cookies( $this->path( Screen::link( $url ) ), $cookies )['body'];
		self::assertStringContainsString( 'value="' . esc_attr( $url ) . '"', $screen );
		self::assertStringContainsString( '<title>Purge the cache', $screen );
		self::assertStringNotContainsString( 'Purge everything', $screen );

		$fields = array( 'action' => 'platen_purge', '_wpnonce' => $this->nonce( $screen ), 'url' => $url );
		$answer = $this->with_cookies( '/wp-admin/admin-post.php', $cookies, array( 'method' => 'POST', 'body' => $fields ) );
		self::assertSame( 302, wp_remote_retrieve_response_code( $answer ), substr( $answer['body'], 0, 500 ) );
		self::assertSame( array( $url ), $this->asked()[0][2]['input']['urls'] );
		$receipt = $this->with_cookies( $this->path( wp_remote_retrieve_header( $answer, 'location' ) ), $cookies )['body'];
		self::assertStringContainsString( 'Visitors get new pages.', $receipt );
		self::assertStringContainsString( 'the cache gives the new copy', $receipt );
		self::assertStringContainsString( '<a href="' . esc_url( $url ) . '">Back to the page</a>', $receipt );
	}

	public function test_refuses_a_form_without_nonce_or_right_or_that_is_no_form() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$cookies = $this->cookies( $this->become( 'editor' ) );
		$post    = function ( $fields, $method = 'POST' ) use ( $cookies ) {
			return wp_remote_retrieve_response_code( $this->with_cookies( '/wp-admin/admin-post.php', $cookies, array( 'method' => $method, 'body' => $fields + array( 'action' => 'platen_purge' ) ) ) );
		};
		$nonce   = array( '_wpnonce' => $this->nonce( $this->with_cookies( $this->path( Screen::link( home_url( '/' ) ) ), $cookies )['body'] ) );
		self::assertSame( 403, $post( array( 'url' => home_url( '/' ) ) ) );
		self::assertSame( 403, $post( array( 'url' => home_url( '/' ), '_wpnonce' => 'x' ) ) );
		self::assertSame( 403, $post( array( 'everything' => '1', 'reason' => 'x' ) + $nonce ) );
		self::assertSame( 405, $post( array( 'url' => home_url( '/' ) ) + $nonce, 'GET' ) );
		self::assertSame( 302, $post( array( 'url' => 'http://example.com/' ) + $nonce ) );
		self::assertSame( array(), $this->asked() );
		self::assertSame( 302, $post( array( 'url' => home_url( '/' ) ) + $nonce ) );
		self::assertCount( 1, $this->asked() );
	}

	public function test_says_what_is_wrong_on_the_page_of_the_form() {
		$cookies = $this->cookies( $this->become( 'editor' ) );
		$body    = $this->with_cookies( $this->path( Screen::after( new \WP_Error( 'agent.unavailable' ), home_url( '/' ) ) ), $cookies )['body'];
		self::assertStringContainsString( 'agent does not answer, so nothing was purged.', $body );
		$again = new \WP_Error( 'purge.too_often', '', array( 'retry_after' => 120 ) );
		$body  = $this->with_cookies( $this->path( Screen::after( $again, home_url( '/' ) ) ), $cookies )['body'];
		self::assertMatchesRegularExpression( '/nothing was purged now\. It is possible again from \d\d:\d\d:\d\d on\./', $body );
		$body = $this->with_cookies( '/wp-admin/admin.php?page=platen-purge&problem=%3Cscript%3Ealert(1)&job=' . self::JOB . '&ticket=x&url=javascript:alert(2)', $cookies )['body'];
		self::assertStringNotContainsString( '<script>alert', $body );
		self::assertStringNotContainsString( 'javascript:alert(2)"', $body );
	}

	/**
	 * A page as somebody sees it who is signed in.
	 *
	 * @param string $path Of the page.
	 * @param int    $user Id.
	 */
	private function get( string $path, int $user ): string {
		return $this->with_cookies( $path, $this->cookies( $user ) )['body'];
	}

	/**
	 * A request of somebody who is signed in.
	 *
	 * @param string $path    With its query.
	 * @param string $cookies As cookies() makes them.
	 * @param array  $options As for wp_remote_request().
	 */
	private function with_cookies( string $path, string $cookies, array $options = array() ): array {
		return $this->http( $path, $options + array( 'headers' => array( 'Cookie' => $cookies ) ) );
	}

	/**
	 * Path and query of an address.
	 *
	 * @param string $url Address.
	 */
	private function path( string $url ): string {
		return substr( $url, strlen( home_url() ) );
	}

	/**
	 * The nonce of the form in a page.
	 *
	 * @param string $body Of the page.
	 */
	private function nonce( string $body ): string {
		self::assertSame( 1, preg_match( '/data-platen-purge>.*?name="_wpnonce" value="([0-9a-f]+)"/s', $body, $match ), substr( $body, 0, 500 ) );
		return $match[1];
	}
}
