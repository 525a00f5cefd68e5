<?php
/**
 * Asks for purges.
 *
 * @package Platen
 */

namespace Platen\Purge;

use Platen\Agent\Client;

defined( 'ABSPATH' ) || exit;

/**
 * What admin bar, REST routes, abilities and command line have in common: checks what is asked for, asks the agent, and says in
 * plain words what went wrong. Who may ask is Permission's to say, and has to be asked before.
 */
final class Request {
	/** The job kind. */
	const KIND = 'cache.purge';

	/** Most pages at once, and characters of a reason. */
	const MOST_PAGES     = 500;
	const LONGEST_REASON = 200;

	/** A job's id as the agent makes them. */
	const JOB = 'job_[0-9a-f-]{36}';

	/**
	 * Purges pages.
	 *
	 * @param string[] $urls Of the pages.
	 * @return array|\WP_Error The job.
	 */
	public static function pages( array $urls ) {
		if ( ! $urls || count( $urls ) > self::MOST_PAGES ) {
			return Problem::error( 'input.invalid' );
		}
		$addresses = array();
		foreach ( $urls as $url ) {
			$address = Address::of( (string) $url );
			if ( is_wp_error( $address ) ) {
				return $address;
			}
			$addresses[] = $address;
		}
		return self::start( array( 'urls' => array_values( array_unique( $addresses ) ) ) );
	}

	/**
	 * Purges everything: in a network, of the present blog.
	 *
	 * @param string $reason  Why; the host sees it.
	 * @param bool   $network Of all blogs of the network.
	 * @return array|\WP_Error The job.
	 */
	public static function everything( string $reason, bool $network = false ) {
		$reason = sanitize_text_field( $reason );
		if ( '' === $reason || mb_strlen( $reason ) > self::LONGEST_REASON ) {
			return Problem::error( 'input.invalid' );
		}
		return self::start(
			array(
				'everything' => true,
				'reason'     => $reason,
			) + ( $network ? array() : Blog::within() )
		);
	}

	/**
	 * Purges what an input of the kind says, as those routes have it that start jobs of any kind. In a network, nobody names other blogs.
	 *
	 * @param array $input Of the kind.
	 * @return array|\WP_Error The job.
	 */
	public static function of_input( array $input ) {
		if ( isset( $input['urls'] ) ) {
			$urls = is_array( $input['urls'] ) ? $input['urls'] : array();
			return self::pages( array_filter( $urls, 'is_string' ) );
		}
		$reason = isset( $input['reason'] ) && is_string( $input['reason'] ) ? $input['reason'] : '';
		return empty( $input['everything'] ) ? Problem::error( 'input.invalid' ) : self::everything( $reason );
	}

	/**
	 * A purge as it stands. Jobs of other kinds are none of this class's.
	 *
	 * @param string $id Of the job.
	 * @return array|\WP_Error The job.
	 */
	public static function job( string $id ) {
		if ( ! preg_match( '/^' . self::JOB . '$/D', $id ) ) {
			return Problem::error( 'job.not_found' );
		}
		$job = Client::ask( 'GET', '/v1/jobs/' . $id );
		if ( is_array( $job ) && ( ! isset( $job['kind'] ) || self::KIND !== $job['kind'] ) ) {
			return Problem::error( 'job.not_found' );
		}
		return Problem::plain( $job );
	}

	/**
	 * Starts the job.
	 *
	 * @param array $input Of the kind.
	 * @return array|\WP_Error
	 */
	private static function start( array $input ) {
		$job = Client::ask(
			'POST',
			'/v1/jobs',
			array(
				'kind'   => self::KIND,
				'input'  => $input,
				'origin' => 'owner',
			)
		);
		if ( is_array( $job ) && ! isset( $job['id'], $job['state'] ) ) {
			$job = new \WP_Error( 'agent.unavailable', '', array( 'status' => 502 ) );
		}
		return Problem::plain( $job );
	}
}
