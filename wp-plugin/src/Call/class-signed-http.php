<?php
/**
 * The agent's calls over HTTP, for PHP without FastCGI (the WebAssembly demo).
 *
 * @package Platen
 */

namespace Platen\Call;

use Platen\Agent\Signature;

defined( 'ABSPATH' ) || exit;

/**
 * `POST /?platen-call=1`, signed. There is no such address unless the host defines PLATEN_SECRET.
 */
final class Signed_Http {
	/** Oldest and newest timestamp that is taken, in seconds from now. */
	const WINDOW = 60;

	/** Nonces that are remembered at once; the demo's agent makes far fewer in two windows. */
	const MAX_NONCES = 500;

	/** Option that remembers them; not autoloaded. */
	const NONCES = 'platen_nonces';

	/**
	 * Answers a call and ends the request; does nothing for any other request.
	 */
	public static function action_init() {
		// phpcs:ignore WordPress.Security.NonceVerification -- the signature below is what lets a call in.
		if ( ! defined( 'PLATEN_SECRET' ) || ! isset( $_GET['platen-call'], $_SERVER['REQUEST_METHOD'] ) || 'POST' !== $_SERVER['REQUEST_METHOD'] ) {
			return;
		}
		ob_start();
		$body = (string) file_get_contents( 'php://input', false, null, 0, Dispatcher::MAX_BYTES + 1 );
		Answer::send( self::refusal( $body ) ?? Dispatcher::dispatch( $body ) );
	}

	/**
	 * Why the call is not let in; null where it is.
	 *
	 * @param string $body What was signed.
	 */
	private static function refusal( string $body ): ?array {
		$timestamp = self::header( 'X_PLATEN_TIMESTAMP' );
		$nonce     = self::header( 'X_PLATEN_NONCE' );
		if ( ! preg_match( '/^\d{1,12}$/', $timestamp ) || ! preg_match( '/^[0-9a-f]{32}$/', $nonce ) ) {
			return Dispatcher::refused( 'local.unauthorized', 'The call is not signed.' );
		}
		$expected = Signature::of( 'POST', '/?platen-call=1', $timestamp, $nonce, $body );
		if ( ! hash_equals( $expected, self::header( 'X_PLATEN_SIGNATURE' ) ) ) {
			return Dispatcher::refused( 'local.unauthorized', 'The signature does not fit.' );
		}
		if ( abs( time() - (int) $timestamp ) > self::WINDOW || ! self::remember( $nonce ) ) {
			return Dispatcher::refused( 'local.replayed', 'The call was seen before or is too old.' );
		}
		return null;
	}

	/**
	 * A request header.
	 *
	 * @param string $name In upper case with underscores.
	 */
	private static function header( string $name ): string {
		return isset( $_SERVER[ 'HTTP_' . $name ] ) ? sanitize_text_field( wp_unslash( $_SERVER[ 'HTTP_' . $name ] ) ) : '';
	}

	/**
	 * Remembers a nonce until its timestamp is too old to be used again.
	 *
	 * @param string $nonce 32 hex digits.
	 * @return bool False where it was there.
	 */
	private static function remember( string $nonce ): bool {
		$now   = time();
		$known = array_filter(
			(array) get_option( self::NONCES, array() ),
			static function ( $expires ) use ( $now ) {
				return $expires > $now;
			}
		);
		if ( isset( $known[ $nonce ] ) || count( $known ) >= self::MAX_NONCES ) {
			return false;
		}
		$known[ $nonce ] = $now + 2 * self::WINDOW;
		update_option( self::NONCES, $known, false );
		return true;
	}
}
