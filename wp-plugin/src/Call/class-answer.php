<?php
/**
 * Sends an answer to the agent.
 *
 * @package Platen
 */

namespace Platen\Call;

defined( 'ABSPATH' ) || exit;

/**
 * The only output of a call.
 */
final class Answer {
	/**
	 * Throws away what was printed, sends the answer as JSON, and ends the request.
	 *
	 * @param array $answer What Dispatcher::dispatch returned.
	 * @return never
	 */
	public static function send( array $answer ) {
		while ( ob_get_level() > 0 ) {
			ob_end_clean();
		}
		if ( ! headers_sent() ) {
			status_header( 200 );
			nocache_headers();
			header( 'Content-Type: application/json' );
		}
		echo wp_json_encode( $answer, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES );
		exit;
	}
}
