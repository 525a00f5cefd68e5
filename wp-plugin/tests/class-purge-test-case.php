<?php
/**
 * What the tests of purges share.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * A test with people of each role, and with an agent that says what the test wants.
 */
abstract class Purge_Test_Case extends Site_Test_Case {
	/** A job's id. */
	const JOB = 'job_01a20bb9-bb6c-7147-855e-dcb2e167c294';

	/**
	 * Users of this test.
	 *
	 * @var int[]
	 */
	private $users = array();

	/**
	 * The agent's process.
	 *
	 * @var resource|null
	 */
	private $agent;

	/**
	 * What the agent was asked.
	 *
	 * @var string
	 */
	private $log = '';

	/**
	 * Ends the agent, and removes the users.
	 */
	protected function tearDown(): void {
		$this->end_agent();
		require_once ABSPATH . 'wp-admin/includes/user.php';
		array_map( 'wp_delete_user', $this->users );
		parent::tearDown();
	}

	/**
	 * The agent answers so from now on: each request gets the next answer, and the last one from then on.
	 *
	 * @param array[] $answers Of a status and a body each.
	 */
	protected function agent_answers( array $answers ) {
		$this->end_agent();
		$this->log   = tempnam( sys_get_temp_dir(), 'platen' );
		$this->agent = proc_open( array( PHP_BINARY, __DIR__ . '/stand-in-agent.php', PLATEN_AGENT_SOCKET, $this->log, wp_json_encode( $answers ) ), array( 1 => array( 'pipe', 'w' ) ), $pipes );
		self::assertSame( "listening\n", fgets( $pipes[1] ) );
	}

	/**
	 * What the agent was asked: method, path and body each.
	 *
	 * @return array[]
	 */
	protected function asked(): array {
		return array_map(
			static function ( $line ) {
				return json_decode( $line, true );
			},
			'' === $this->log ? array() : file( $this->log )
		);
	}

	/**
	 * Ends the agent's process.
	 */
	private function end_agent() {
		if ( $this->agent ) {
			proc_terminate( $this->agent, 9 );
			proc_close( $this->agent );
			unlink( PLATEN_AGENT_SOCKET );
			unlink( $this->log );
			$this->agent = null;
			$this->log   = '';
		}
	}

	/**
	 * A job of the agent's.
	 *
	 * @param array $members That are different.
	 */
	protected function job( array $members = array() ): array {
		return $members + array( 'id' => self::JOB, 'kind' => 'cache.purge', 'origin' => 'owner', 'state' => 'queued', 'createdAt' => 1 );
	}

	/**
	 * A purge that went well.
	 *
	 * @param string[] $urls Pages of its receipt.
	 */
	protected function done( array $urls ): array {
		$proof = array();
		foreach ( $urls as $url ) {
			$proof[] = array( 'url' => $url, 'state' => 'fresh', 'cache' => 'HIT', 'status' => 200 );
		}
		$result = array( 'summary' => 'Visitors get new pages.', 'layers' => array( array( 'layer' => 'nginx', 'state' => 'purged', 'count' => 1 ) ), 'proof' => $proof, 'refreshed' => 1 );
		return $this->job( array( 'state' => 'succeeded', 'summary' => $result['summary'], 'result' => $result ) );
	}

	/**
	 * What the agent says of a purge of everything that is one too many.
	 *
	 * @return array[] Of a status and a body.
	 */
	protected function too_often(): array {
		return array( 429, array( 'code' => 'purge.too_often', 'message' => 'Everything was purged too often lately.', 'hint' => 'Wait.', 'retryAfterMs' => 118200 ) );
	}

	/**
	 * Somebody of a role, who is the present user from now on.
	 *
	 * @param string $role Of the user.
	 */
	protected function become( string $role ): int {
		$id            = wp_insert_user( array( 'user_login' => $role . wp_rand(), 'user_pass' => 'x', 'role' => $role ) );
		$this->users[] = $id;
		wp_set_current_user( $id );
		return $id;
	}

	/**
	 * Cookies of a user who is signed in.
	 *
	 * @param int $user Id.
	 */
	protected function cookies( int $user ): string {
		$until = time() + 600;
		$token = \WP_Session_Tokens::get_instance( $user )->create( $until );
		return AUTH_COOKIE . '=' . rawurlencode( wp_generate_auth_cookie( $user, $until, 'auth', $token ) ) . '; ' . LOGGED_IN_COOKIE . '=' . rawurlencode( wp_generate_auth_cookie( $user, $until, 'logged_in', $token ) );
	}

	/**
	 * An answer of the REST routes.
	 *
	 * @param string $method HTTP method.
	 * @param string $path   Below platen/v1.
	 * @param array  $params Of the request.
	 */
	protected function rest( string $method, string $path, array $params = array() ): \WP_REST_Response {
		$request = new \WP_REST_Request( $method, '/platen/v1' . $path );
		'GET' === $method ? $request->set_query_params( $params ) : $request->set_body_params( $params );
		return rest_do_request( $request );
	}
}
