<?php
/**
 * What the site's owner says about when Platen may work.
 *
 * @package Platen
 */

namespace Platen\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * The owner's wishes as the page sends them and as the agent takes them. They can narrow what the host allows, never widen it:
 * that is the agent's to hold.
 */
final class Wishes {
	/** A time of day. */
	const TIME = '^([01][0-9]|2[0-3]):[0-5][0-9]$';

	/** A job kind. */
	const KIND = '^[a-z]+\.[a-z]+$';

	/** Why the owner wants it so. */
	const REASON = array(
		'type'      => 'string',
		'required'  => true,
		'maxLength' => 200,
	);

	/**
	 * Arguments of the REST route.
	 */
	public static function schema(): array {
		return array(
			'quietHours'       => self::list_of(
				20,
				array(
					'days' => array(
						'type'     => 'array',
						'required' => true,
						'minItems' => 1,
						'maxItems' => 7,
						'items'    => array(
							'type' => 'string',
							'enum' => array( 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun' ),
						),
					),
					'from' => self::text( self::TIME ),
					'to'   => self::text( self::TIME ),
				)
			),
			'cpuSecondsPerDay' => self::count( 100000000 ),
			'diskBytesPerDay'  => self::count( PHP_INT_MAX >> 10 ),
			'vetoed'           => array(
				'type'     => 'array',
				'required' => true,
				'maxItems' => 100,
				'items'    => self::text( self::KIND ),
			),
			'vetoReasons'      => array_merge(
				self::list_of(
					100,
					array(
						'kind'   => self::text( self::KIND ),
						'reason' => self::REASON,
					)
				),
				array( 'required' => false )
			),
			'deferred'         => self::list_of(
				100,
				array(
					'kind'   => self::text( self::KIND ),
					'until'  => array_merge( self::count( 8640000000000000 ), array( 'required' => true ) ),
					'reason' => self::REASON,
				)
			),
		);
	}

	/**
	 * The wishes of a request, with the time zone that WordPress has: one place says what time it is at the site.
	 *
	 * @param \WP_REST_Request $request Of the route.
	 */
	public static function of( $request ): array {
		$wishes = array(
			'timeZone'    => wp_timezone_string(),
			'quietHours'  => array_values( (array) $request['quietHours'] ),
			'vetoed'      => array_values( (array) $request['vetoed'] ),
			'vetoReasons' => array_map( array( self::class, 'veto_reason' ), array_values( (array) $request['vetoReasons'] ) ),
			'deferred'    => array_map( array( self::class, 'deferral' ), array_values( (array) $request['deferred'] ) ),
		);
		foreach ( array( 'cpuSecondsPerDay', 'diskBytesPerDay' ) as $name ) {
			if ( isset( $request[ $name ] ) ) {
				$wishes[ $name ] = (int) $request[ $name ];
			}
		}
		return $wishes;
	}

	/**
	 * Why one kind is vetoed, as plain text.
	 *
	 * @param array $veto As the schema has it.
	 */
	private static function veto_reason( $veto ): array {
		return array(
			'kind'   => (string) $veto['kind'],
			'reason' => sanitize_text_field( $veto['reason'] ),
		);
	}

	/**
	 * One deferral, its reason as plain text.
	 *
	 * @param array $deferral As the schema has it.
	 */
	private static function deferral( $deferral ): array {
		return array(
			'kind'   => (string) $deferral['kind'],
			'until'  => (int) $deferral['until'],
			'reason' => sanitize_text_field( $deferral['reason'] ),
		);
	}

	/**
	 * The schema of a list of objects that have all of these members and no others.
	 *
	 * @param int   $most    Items.
	 * @param array $members Schemas by name.
	 */
	private static function list_of( int $most, array $members ): array {
		return array(
			'type'     => 'array',
			'required' => true,
			'maxItems' => $most,
			'items'    => array(
				'type'                 => 'object',
				'additionalProperties' => false,
				'properties'           => $members,
			),
		);
	}

	/**
	 * The schema of a word.
	 *
	 * @param string $pattern That it has to fit.
	 */
	private static function text( string $pattern ): array {
		return array(
			'type'     => 'string',
			'required' => true,
			'pattern'  => $pattern,
		);
	}

	/**
	 * The schema of a number from 0 on.
	 *
	 * @param int $most The largest.
	 */
	private static function count( int $most ): array {
		return array(
			'type'    => 'integer',
			'minimum' => 0,
			'maximum' => $most,
		);
	}
}
