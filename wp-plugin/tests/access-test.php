<?php
/**
 * Tests of who may do what.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Agent\Signature;

/**
 * Requests of browsers and of whoever says that he is the agent.
 */
final class Access_Test extends Site_Test_Case {
	public function test_refuses_each_route_to_whoever_may_not_manage_options() {
		$routes = array(
			array( 'GET', '/platen/v1/status' ),
			array( 'GET', '/platen/v1/jobs' ),
			array( 'POST', '/platen/v1/jobs' ),
			array( 'PUT', '/platen/v1/owner' ),
			array( 'GET', '/platen/v1/jobs/job_01a20bb9-bb6c-7147-855e-dcb2e167c294' ),
			array( 'POST', '/platen/v1/jobs/job_01a20bb9-bb6c-7147-855e-dcb2e167c294/cancel' ),
		);
		$editor = wp_insert_user( array( 'user_login' => 'editor' . wp_rand(), 'user_pass' => 'x', 'role' => 'editor' ) );
		foreach ( array( 0, $editor ) as $user ) {
			wp_set_current_user( $user );
			foreach ( $routes as list( $method, $route ) ) {
				$request = new \WP_REST_Request( $method, $route );
				$wishes  = array( 'quietHours' => array(), 'vetoed' => array(), 'deferred' => array() );
				$request->set_body_params( array_merge( array( 'kind' => 'cache.purge', 'input' => array( 'urls' => array() ) ), $wishes ) );
				self::assertContains( rest_do_request( $request )->get_status(), array( 401, 403 ), "$method $route" );
			}
		}
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_delete_user( $editor );
	}

	public function test_refuses_a_cookie_without_its_nonce() {
		$admin  = get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID;
		$cookie = LOGGED_IN_COOKIE . '=' . rawurlencode( wp_generate_auth_cookie( $admin, time() + 600, 'logged_in' ) );
		$answer = $this->http( '/?rest_route=/platen/v1/status', array( 'headers' => array( 'Cookie' => $cookie ) ) );
		self::assertSame( 401, wp_remote_retrieve_response_code( $answer ) );
	}

	public function test_says_so_where_no_agent_is() {
		wp_set_current_user( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID );
		$answer = rest_do_request( new \WP_REST_Request( 'GET', '/platen/v1/status' ) );
		self::assertSame( 503, $answer->get_status() );
		self::assertSame( 'agent.unavailable', $answer->get_data()['code'] );
	}

	public function test_refuses_a_kind_that_is_no_kind_before_the_agent_is_asked() {
		wp_set_current_user( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID );
		$request = new \WP_REST_Request( 'POST', '/platen/v1/jobs' );
		$request->set_body_params( array( 'kind' => '<script>', 'input' => array() ) );
		self::assertSame( 400, rest_do_request( $request )->get_status() );
	}

	public function test_refuses_wishes_that_are_none_before_the_agent_is_asked() {
		wp_set_current_user( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID );
		$fine = array( 'quietHours' => array(), 'vetoed' => array(), 'deferred' => array() );
		$odd  = array(
			array( 'vetoed' => array( '<script>' ) ),
			array( 'cpuSecondsPerDay' => -1 ),
			array( 'quietHours' => array( array( 'days' => array( 'mon' ), 'from' => '08:00', 'to' => '24:00' ) ) ),
			array( 'quietHours' => array( array( 'days' => array(), 'from' => '08:00', 'to' => '09:00' ) ) ),
			array( 'quietHours' => array( array( 'days' => array( 'mon' ), 'from' => '08:00' ) ) ),
			array( 'deferred' => array( array( 'kind' => 'cache.purge', 'until' => 1, 'reason' => str_repeat( 'x', 201 ) ) ) ),
		);
		foreach ( $odd as $change ) {
			$request = new \WP_REST_Request( 'PUT', '/platen/v1/owner' );
			$request->set_body_params( array_merge( $fine, $change ) );
			self::assertSame( 400, rest_do_request( $request )->get_status(), wp_json_encode( $change ) );
		}
	}

	public function test_draws_its_page_for_those_who_may_only() {
		global $menu, $submenu;
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		wp_set_current_user( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID );
		\Platen\Admin\Page::action_admin_menu();
		$entry = array_values( wp_list_filter( array_map( 'array_values', (array) $menu ), array( 2 => 'platen' ) ) )[0];
		self::assertSame( 'manage_options', $entry[1] );
		ob_start();
		\Platen\Admin\Page::render();
		self::assertStringContainsString( 'id="platen-app"', ob_get_clean() );
		$menu    = null; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- there is no menu in a test.
		$submenu = null; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- as above.
	}

	/**
	 * A call over HTTP.
	 *
	 * @param array $change Headers that are different; null takes one away.
	 */
	private function signed( array $change = array() ): array {
		$body    = '{"command":"assets.state","args":{}}';
		$headers = array();
		foreach ( Signature::headers( 'POST', '/?platen-call=1', $body ) as $line ) {
			list( $name, $value ) = explode( ': ', $line, 2 );
			$headers[ $name ]     = $value;
		}
		$headers = array_filter( array_merge( $headers, $change ), 'is_string' );
		return json_decode( $this->http( '/?platen-call=1', array( 'method' => 'POST', 'headers' => $headers, 'body' => $body ) )['body'], true );
	}

	/**
	 * Headers of a signature.
	 *
	 * @param string $timestamp Unix time.
	 */
	private function headers_at( string $timestamp ): array {
		$nonce = bin2hex( random_bytes( 16 ) );
		return array(
			'X-Platen-Timestamp' => $timestamp,
			'X-Platen-Nonce'     => $nonce,
			'X-Platen-Signature' => Signature::of( 'POST', '/?platen-call=1', $timestamp, $nonce, '{"command":"assets.state","args":{}}' ),
		);
	}

	public function test_answers_a_signed_call() {
		self::assertTrue( $this->signed()['ok'] );
	}

	public function test_refuses_a_call_whose_signature_is_missing_or_does_not_fit() {
		self::assertSame( 'local.unauthorized', $this->signed( array( 'X-Platen-Signature' => null ) )['code'] );
		self::assertSame( 'local.unauthorized', $this->signed( array( 'X-Platen-Signature' => str_repeat( '0', 64 ) ) )['code'] );
		self::assertSame( 'local.unauthorized', $this->signed( array( 'X-Platen-Nonce' => 'x' ) )['code'] );
	}

	public function test_refuses_a_call_that_was_seen_before_or_is_too_old() {
		$headers = $this->headers_at( (string) time() );
		self::assertTrue( $this->signed( $headers )['ok'] );
		self::assertSame( 'local.replayed', $this->signed( $headers )['code'] );
		self::assertSame( 'local.replayed', $this->signed( $this->headers_at( (string) ( time() - 120 ) ) )['code'] );
	}

	public function test_opens_its_door_to_fastcgi_only() {
		$answer = $this->http( '/wp-content/plugins/platen/entry.php', array( 'method' => 'POST', 'headers' => array( 'PLATEN_CALL' => '1', 'PLATEN-CALL' => '1' ) ) );
		self::assertSame( 404, wp_remote_retrieve_response_code( $answer ) );
	}
}
