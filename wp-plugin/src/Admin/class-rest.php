<?php
/**
 * REST routes of the page.
 *
 * @package Platen
 */

namespace Platen\Admin;

use Platen\Agent\Client;
use Platen\Purge\Request;

defined( 'ABSPATH' ) || exit;

/**
 * Passes the page's requests on to the agent. WordPress's own cookie and nonce say who asks.
 */
final class Rest {
	/** Namespace of the routes. */
	const SPACE = 'platen/v1';

	/** An id as the agent makes them. */
	const JOB = 'job_[0-9a-f-]{36}';

	/**
	 * Registers the routes.
	 */
	public static function action_rest_api_init() {
		self::route( '/status', 'GET', array( self::class, 'status' ) );
		self::route( '/jobs', 'GET', array( self::class, 'list_jobs' ) );
		self::route(
			'/jobs',
			'POST',
			array( self::class, 'create_job' ),
			array(
				'kind'  => array(
					'type'     => 'string',
					'required' => true,
					'pattern'  => '^[a-z]+\.[a-z]+$',
				),
				'input' => array(
					'type'     => 'object',
					'required' => true,
				),
			)
		);
		self::route( '/owner', 'PUT', array( self::class, 'set_owner' ), Wishes::schema() );
		self::route( '/jobs/(?P<id>' . self::JOB . ')', 'GET', array( self::class, 'get_job' ) );
		self::route( '/jobs/(?P<id>' . self::JOB . ')/cancel', 'POST', array( self::class, 'cancel_job' ) );
	}

	/**
	 * Registers one route.
	 *
	 * @param string   $path   Below the namespace.
	 * @param string   $method GET, POST or PUT.
	 * @param callable $answer Callback.
	 * @param array    $args   Arguments with their schemas.
	 */
	private static function route( string $path, string $method, callable $answer, array $args = array() ) {
		register_rest_route(
			self::SPACE,
			$path,
			array(
				'methods'             => $method,
				'callback'            => $answer,
				'permission_callback' => array( self::class, 'may' ),
				'args'                => $args,
			)
		);
	}

	/**
	 * Whether the present user may.
	 */
	public static function may(): bool {
		return current_user_can( Capability::name() );
	}

	/**
	 * The agent's state.
	 */
	public static function status() {
		return rest_ensure_response( Client::ask( 'GET', '/v1/status' ) );
	}

	/**
	 * The newest jobs.
	 */
	public static function list_jobs() {
		return rest_ensure_response( Client::ask( 'GET', '/v1/jobs?limit=20' ) );
	}

	/**
	 * Starts a job.
	 *
	 * @param \WP_REST_Request $request kind and input.
	 */
	public static function create_job( $request ) {
		if ( Request::KIND === $request['kind'] ) {
			return self::in_time( Request::of_input( (array) $request['input'] ) );
		}
		$body = array(
			'kind'   => (string) $request['kind'],
			'input'  => (object) $request['input'],
			'origin' => 'owner',
		);
		return self::in_time( Client::ask( 'POST', '/v1/jobs', $body ) );
	}

	/**
	 * An answer that says in its header when the same may succeed, where that is known.
	 *
	 * @param array|\WP_REST_Response|\WP_Error $answer Of the agent, or made of it.
	 * @return \WP_REST_Response|\WP_Error
	 */
	public static function in_time( $answer ) {
		$data = is_wp_error( $answer ) ? (array) $answer->get_error_data() : array();
		if ( ! isset( $data['retry_after'] ) ) {
			return rest_ensure_response( $answer );
		}
		$response = rest_convert_error_to_response( $answer );
		$response->header( 'Retry-After', (string) $data['retry_after'] );
		return $response;
	}

	/**
	 * Tells the agent when it may work.
	 *
	 * @param \WP_REST_Request $request As Wishes::schema() has it.
	 */
	public static function set_owner( $request ) {
		return rest_ensure_response( Client::ask( 'PUT', '/v1/owner', Wishes::of( $request ) ) );
	}

	/**
	 * One job with its result.
	 *
	 * @param \WP_REST_Request $request id.
	 */
	public static function get_job( $request ) {
		return rest_ensure_response( Client::ask( 'GET', '/v1/jobs/' . $request['id'] ) );
	}

	/**
	 * Stops a job.
	 *
	 * @param \WP_REST_Request $request id.
	 */
	public static function cancel_job( $request ) {
		return rest_ensure_response( Client::ask( 'POST', '/v1/jobs/' . $request['id'] . '/cancel', array() ) );
	}
}
