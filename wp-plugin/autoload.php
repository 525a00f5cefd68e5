<?php
/**
 * Loads the plugin's classes when they are first named: `Platen\Images\Picture` is src/Images/class-picture.php.
 *
 * @package Platen
 */

defined( 'ABSPATH' ) || exit;

spl_autoload_register(
	static function ( $name ) {
		if ( 0 !== strpos( $name, 'Platen\\' ) ) {
			return;
		}
		$parts = explode( '\\', substr( $name, 7 ) );
		$class = strtolower( str_replace( '_', '-', array_pop( $parts ) ) );
		$file  = __DIR__ . '/src/' . implode( '/', $parts ) . '/class-' . $class . '.php';
		if ( is_file( $file ) ) {
			require_once $file;
		}
	}
);
