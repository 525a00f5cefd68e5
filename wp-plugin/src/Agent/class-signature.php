<?php
/**
 * HMAC signatures, for PHP that reaches the agent over loopback TCP.
 *
 * @package Platen
 */

namespace Platen\Agent;

defined( 'ABSPATH' ) || exit;

/**
 * The text of protocol/src/local-signature.ts, signed with PLATEN_SECRET.
 */
final class Signature {
	/**
	 * HMAC-SHA-256 of a request, in hex.
	 *
	 * @param string $method    HTTP method.
	 * @param string $path      Path with query.
	 * @param string $timestamp Unix time in seconds.
	 * @param string $nonce     32 hex digits.
	 * @param string $body      Body.
	 */
	public static function of( string $method, string $path, string $timestamp, string $nonce, string $body ): string {
		$text = implode( "\n", array( 'platen.v1 local', $method, $path, $timestamp, $nonce, hash( 'sha256', $body ) ) );
		return hash_hmac( 'sha256', $text, (string) constant( 'PLATEN_SECRET' ) );
	}

	/**
	 * Headers for a request of our own.
	 *
	 * @param string $method HTTP method.
	 * @param string $path   Path with query.
	 * @param string $body   Body.
	 * @return string[]
	 */
	public static function headers( string $method, string $path, string $body ): array {
		$timestamp = (string) time();
		$nonce     = bin2hex( random_bytes( 16 ) );
		return array(
			'X-Platen-Timestamp: ' . $timestamp,
			'X-Platen-Nonce: ' . $nonce,
			'X-Platen-Signature: ' . self::of( $method, $path, $timestamp, $nonce, $body ),
		);
	}
}
