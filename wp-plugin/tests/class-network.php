<?php
/**
 * The network of the tests.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Runs scripts in processes of their own, since the tests' own WordPress is no network.
 */
final class Network {
	/**
	 * Makes it, has a script say what it is like, and removes it.
	 *
	 * @param string $script Name of a file beside this one, without its ending.
	 * @return array What the script prints.
	 */
	public static function run( string $script ): array {
		self::php( 'network', 'make' );
		try {
			return (array) json_decode( self::php( $script ), true );
		} finally {
			self::php( 'network', 'remove' );
		}
	}

	/**
	 * Runs a script, and gives what it prints.
	 *
	 * @param string ...$words Its name and arguments.
	 */
	private static function php( string ...$words ): string {
		$words[0] = __DIR__ . "/$words[0].php";
		$process  = proc_open( array_merge( array( PHP_BINARY, '-d', 'display_errors=stderr' ), $words ), array( 1 => array( 'pipe', 'w' ) ), $pipes );
		$printed  = stream_get_contents( $pipes[1] );
		proc_close( $process );
		return $printed;
	}
}
