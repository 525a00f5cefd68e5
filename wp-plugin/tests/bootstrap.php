<?php
/**
 * Loads the WordPress that the tests run in.
 *
 * @package Platen
 */

$platen_root = getenv( 'PLATEN_TEST_ROOT' );
if ( ! $platen_root || ! is_file( $platen_root . '/wp-load.php' ) ) {
	fwrite( STDERR, "PLATEN_TEST_ROOT: the folder of a WordPress is meant.\n" );
	exit( 2 );
}

$_SERVER['HTTP_HOST']       = getenv( 'PLATEN_TEST_HOST' );
$_SERVER['SERVER_NAME']     = 'localhost';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

// A spool of the tests' own, unless the site has one: that is known only when WordPress is loaded, and the plugin asks for it then.
if ( false === strpos( file_get_contents( $platen_root . '/wp-config.php' ), 'PLATEN_SPOOL' ) ) {
	define( 'PLATEN_SPOOL', sys_get_temp_dir() . '/platen-spool-' . getmypid() );
	mkdir( PLATEN_SPOOL );
	$platen_own_spool = true;
}

require $platen_root . '/wp-load.php';

// After WordPress's own end, which still writes.
if ( isset( $platen_own_spool ) ) {
	register_shutdown_function(
		static function () {
			array_map( 'unlink', glob( PLATEN_SPOOL . '/*' ) );
			rmdir( PLATEN_SPOOL );
		}
	);
}
require_once ABSPATH . 'wp-admin/includes/plugin.php';
require_once ABSPATH . 'wp-admin/includes/image.php';
require_once ABSPATH . 'wp-admin/includes/file.php';
require_once __DIR__ . '/class-site-test-case.php';
require_once __DIR__ . '/class-record-test-case.php';
require_once __DIR__ . '/class-change-test-case.php';
