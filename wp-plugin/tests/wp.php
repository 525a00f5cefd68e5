<?php
/**
 * `wp` with the stand-in for WP-CLI: php wp.php platen purge --all --reason=Test
 *
 * @package Platen
 */

if ( PHP_SAPI !== 'cli' ) {
	exit;
}
define( 'WP_CLI', true );
require __DIR__ . '/stand-in-wp-cli.php';
$_SERVER['HTTP_HOST'] = getenv( 'PLATEN_TEST_HOST' );
require getenv( 'PLATEN_TEST_ROOT' ) . '/wp-load.php';
$platen_code = WP_CLI::run( array_slice( $argv, 1 ) );
fwrite( STDOUT, WP_CLI::$written['out'] );
fwrite( STDERR, WP_CLI::$written['err'] );
exit( $platen_code );
