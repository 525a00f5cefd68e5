<?php
/**
 * REST routes of purges.
 *
 * @package Platen
 */

namespace Platen\Purge;

use Platen\Admin\Rest as Admin_Rest;

defined( 'ABSPATH' ) || exit;

/**
 * POST platen/v1/purge with `url`, or with `everything` and `reason`, and `network` for all blogs; GET platen/v1/purge/ID. WordPress's cookie and nonce (or an
 * application password) say who asks.
 */
final class Rest {
	/**
	 * Registers the routes.
	 */
	public static function action_rest_api_init() {
		register_rest_route(
			Admin_Rest::SPACE,
			'/purge',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'start' ),
				'permission_callback' => array( self::class, 'may_start' ),
				'args'                => self::args(),
			)
		);
		register_rest_route(
			Admin_Rest::SPACE,
			'/purge/(?P<id>' . Request::JOB . ')',
			array(
				'methods'             => 'GET',
				'callback'            => array( self::class, 'show' ),
				'permission_callback' => array( self::class, 'may_see' ),
				'args'                => array(
					'ticket' => array(
						'type'    => 'string',
						'default' => '',
					),
				),
			)
		);
	}

	/**
	 * Arguments of a purge.
	 */
	private static function args(): array {
		return array(
			'url'        => array(
				// Not `format` uri, for which WordPress would change it: the page has to be named as visitors ask for it.
				'type'      => 'string',
				'maxLength' => Address::LONGEST,
			),
			'everything' => array(
				'type'    => 'boolean',
				'default' => false,
			),
			'network'    => array(
				'type'    => 'boolean',
				'default' => false,
			),
			'reason'     => array(
				'type'      => 'string',
				'maxLength' => Request::LONGEST_REASON,
			),
		);
	}

	/**
	 * Whether the present user may start this purge.
	 *
	 * @param \WP_REST_Request $request As args() has it.
	 */
	public static function may_start( $request ): bool {
		if ( $request['network'] ) {
			return Permission::network();
		}
		return $request['everything'] ? Permission::everything() : Permission::url( (string) $request['url'] );
	}

	/**
	 * Starts a purge.
	 *
	 * @param \WP_REST_Request $request As args() has it.
	 * @return \WP_REST_Response|\WP_Error
	 */
	public static function start( $request ) {
		if ( $request['everything'] ? isset( $request['url'] ) : isset( $request['reason'] ) || $request['network'] ) {
			return Problem::error( 'input.invalid' );
		}
		$job = $request['everything'] ? Request::everything( (string) $request['reason'], (bool) $request['network'] ) : Request::pages( array( (string) $request['url'] ) );
		return Admin_Rest::in_time( is_wp_error( $job ) ? $job : new \WP_REST_Response( self::answer( $job ), 202 ) );
	}

	/**
	 * What whoever started a purge is told: how it stands, and where to look again.
	 *
	 * @param array $job Of the agent.
	 */
	public static function answer( array $job ): array {
		$follow = add_query_arg( 'ticket', Ticket::of( $job['id'] ), rest_url( Admin_Rest::SPACE . '/purge/' . $job['id'] ) );
		return Receipt::of( $job ) + array( 'follow' => $follow );
	}

	/**
	 * Whether the present user may see this purge.
	 *
	 * @param \WP_REST_Request $request id and ticket.
	 */
	public static function may_see( $request ): bool {
		return Ticket::opens( (string) $request['id'], (string) $request['ticket'] );
	}

	/**
	 * A purge as it stands.
	 *
	 * @param \WP_REST_Request $request id.
	 * @return \WP_REST_Response|\WP_Error
	 */
	public static function show( $request ) {
		$job = Request::job( (string) $request['id'] );
		return is_wp_error( $job ) ? $job : rest_ensure_response( Receipt::of( $job ) );
	}
}
