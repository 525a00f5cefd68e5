<?php
/**
 * Asks the agent.
 *
 * @package Platen
 */

namespace Platen\Agent;

defined( 'ABSPATH' ) || exit;

/**
 * HTTP/1.0 over the agent's Unix socket, or over loopback TCP where the host says so. WordPress's own HTTP API has no Unix
 * sockets, and PHP's cURL is not everywhere; a stream is, and HTTP/1.0 needs no more than this.
 */
final class Client {
	/** Seconds to connect, and for the whole exchange. */
	const CONNECT_SECONDS = 1;
	const TOTAL_SECONDS   = 5;

	/** Longest answer that is read. */
	const MAX_BYTES = 2097152;

	/**
	 * Asks the agent and gives its answer.
	 *
	 * @param string     $method GET, POST or PUT.
	 * @param string     $path   Such as /v1/status.
	 * @param array|null $body   Sent as JSON.
	 * @return array|\WP_Error The answer; an error carries a code of Platen's table, `status` and `hint`, and `retry_after` in seconds where
	 *                         the same may succeed then.
	 */
	public static function ask( string $method, string $path, ?array $body = null ) {
		$json   = null === $body ? '' : (string) wp_json_encode( $body );
		$stream = self::connect();
		if ( ! $stream ) {
			return self::error( 'agent.unavailable', __( 'Platen’s agent does not answer.', 'platen' ), 503, __( 'Ask your host to start it.', 'platen' ) );
		}
		stream_set_timeout( $stream, self::TOTAL_SECONDS );
		fwrite( $stream, self::request( $method, $path, $json ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a socket, not a file.
		$answer = stream_get_contents( $stream, self::MAX_BYTES );
		fclose( $stream ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a socket, not a file.
		return self::parse( (string) $answer );
	}

	/**
	 * A stream to the agent; false where nobody listens.
	 *
	 * @return resource|false
	 */
	private static function connect() {
		// A refused connection is a usual answer here, not a warning for the site's log.
		set_error_handler( '__return_true' ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- restored below.
		try {
			return stream_socket_client( self::address(), $code, $message, self::CONNECT_SECONDS );
		} finally {
			restore_error_handler();
		}
	}

	/**
	 * Where the agent listens.
	 */
	private static function address(): string {
		if ( defined( 'PLATEN_AGENT_URL' ) ) {
			$url = wp_parse_url( (string) constant( 'PLATEN_AGENT_URL' ) );
			return 'tcp://' . $url['host'] . ':' . $url['port'];
		}
		if ( defined( 'PLATEN_AGENT_SOCKET' ) ) {
			return 'unix://' . constant( 'PLATEN_AGENT_SOCKET' );
		}
		$socket = getenv( 'PLATEN_AGENT_SOCKET' );
		return 'unix://' . ( $socket ? $socket : '/run/platen/agent.sock' );
	}

	/**
	 * The request's text.
	 *
	 * @param string $method HTTP method.
	 * @param string $path   Path with query.
	 * @param string $json   Body; may be empty.
	 */
	private static function request( string $method, string $path, string $json ): string {
		$headers = array( "$method $path HTTP/1.0", 'Host: agent', 'Accept: application/json' );
		if ( '' !== $json ) {
			$headers[] = 'Content-Type: application/json';
		}
		$headers[] = 'Content-Length: ' . strlen( $json );
		if ( defined( 'PLATEN_SECRET' ) ) {
			$headers = array_merge( $headers, Signature::headers( $method, $path, $json ) );
		}
		return implode( "\r\n", $headers ) . "\r\n\r\n" . $json;
	}

	/**
	 * What the agent said.
	 *
	 * @param string $answer The whole HTTP answer.
	 * @return array|\WP_Error
	 */
	private static function parse( string $answer ) {
		$parts = explode( "\r\n\r\n", $answer, 2 );
		$value = isset( $parts[1] ) ? json_decode( $parts[1], true, 32 ) : null;
		if ( ! preg_match( '#^HTTP/1\.[01] (\d{3})#', $parts[0], $match ) || ! is_array( $value ) ) {
			return self::error( 'agent.unavailable', __( 'Platen’s agent gave no answer that can be read.', 'platen' ), 502, __( 'Ask your host to look into the agent’s log.', 'platen' ) );
		}
		if ( (int) $match[1] < 400 ) {
			return $value;
		}
		$say = static function ( $name ) use ( $value ) {
			return isset( $value[ $name ] ) && is_string( $value[ $name ] ) ? $value[ $name ] : '';
		};
		$wait = isset( $value['retryAfterMs'] ) && is_int( $value['retryAfterMs'] ) ? (int) ceil( $value['retryAfterMs'] / 1000 ) : 0;
		return self::error( $say( 'code' ), $say( 'message' ), (int) $match[1], $say( 'hint' ), $wait );
	}

	/**
	 * An error for WordPress.
	 *
	 * @param string $code    A code of Platen's table.
	 * @param string $message One sentence.
	 * @param int    $status  HTTP status.
	 * @param string $hint    What to do.
	 * @param int    $wait    Seconds until the same may succeed; 0 where nothing is known of that.
	 */
	private static function error( string $code, string $message, int $status, string $hint, int $wait = 0 ): \WP_Error {
		$data = array(
			'status' => $status,
			'hint'   => $hint,
		);
		return new \WP_Error( $code ? $code : 'internal', $message, $wait > 0 ? $data + array( 'retry_after' => $wait ) : $data );
	}
}
