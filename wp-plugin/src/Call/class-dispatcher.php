<?php
/**
 * From the body of a call to its answer.
 *
 * @package Platen
 */

namespace Platen\Call;

defined( 'ABSPATH' ) || exit;

/**
 * Reads a call, finds its command, and turns what it returns or throws into an answer.
 */
final class Dispatcher {
	/** Longest body that is read. */
	const MAX_BYTES = 1048576;

	/** Command names and the classes that carry them out. */
	const COMMANDS = array(
		'site.describe'   => 'Platen\Command\Site_Describe',
		'site.health'     => 'Platen\Command\Site_Health',
		'plugin.activate' => 'Platen\Command\Plugin_Activate',
		'cdn.tags'        => 'Platen\Command\Cdn_Tags',
		'opcache.reset'   => 'Platen\Command\Opcache_Reset',
		'images.list'     => 'Platen\Command\Images_List',
		'images.serve'    => 'Platen\Command\Images_Serve',
		'assets.state'    => 'Platen\Command\Assets_State',
		'assets.publish'  => 'Platen\Command\Assets_Publish',
	);

	/**
	 * Carries out one call.
	 *
	 * @param string $body JSON: {"command": NAME, "args": {…}}.
	 * @return array The answer: ok and value, or ok, code and message.
	 */
	public static function dispatch( string $body ): array {
		try {
			$call = self::parse( $body );
			return array(
				'ok'    => true,
				'value' => self::objects( call_user_func( array( self::COMMANDS[ $call['command'] ], 'run' ), $call['args'] ) ),
			);
		} catch ( Refusal $refusal ) {
			return self::refused( $refusal->reason(), $refusal->getMessage() );
		} catch ( \Throwable $error ) {
			// The message may hold paths or data: it goes to PHP's own log only.
			error_log( 'Platen: ' . $error->getMessage() . ' in ' . $error->getFile() . ':' . $error->getLine() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- the host's log is where it belongs.
			return self::refused( 'php.failed', 'The command failed inside WordPress; PHP\'s error log says more.' );
		}
	}

	/**
	 * The call, checked.
	 *
	 * @param string $body JSON.
	 * @return array command and args.
	 * @throws Refusal With input.too_large, input.invalid or plugin.refused.
	 */
	private static function parse( string $body ): array {
		if ( strlen( $body ) > self::MAX_BYTES ) {
			throw new Refusal( 'input.too_large', 'The call is too long.' );
		}
		$call = json_decode( $body, true, 16 );
		if ( ! is_array( $call ) || ! isset( $call['command'], $call['args'] ) || ! is_string( $call['command'] ) || ! is_array( $call['args'] ) ) {
			throw new Refusal( 'input.invalid', 'The call is not {"command","args"}.' );
		}
		if ( ! isset( self::COMMANDS[ $call['command'] ] ) ) {
			throw new Refusal( 'plugin.refused', 'This plugin knows no such command.' );
		}
		return $call;
	}

	/**
	 * An answer that says no.
	 *
	 * @param string $code    A code of the error table.
	 * @param string $message One sentence.
	 */
	public static function refused( string $code, string $message ): array {
		return array(
			'ok'      => false,
			'code'    => $code,
			'message' => substr( $message, 0, 500 ),
		);
	}

	/**
	 * An empty value is a JSON object as well.
	 *
	 * @param array $value What the command returned.
	 * @return array|object
	 */
	private static function objects( array $value ) {
		return array() === $value ? new \stdClass() : $value;
	}
}
