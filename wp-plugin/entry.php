<?php
/**
 * The agent's door: called over FastCGI straight at PHP-FPM's socket, never through a web server.
 *
 * `PLATEN_CALL` is a FastCGI parameter. An HTTP client can only set parameters whose names begin with HTTP_, so a request from
 * the Internet never has it and gets a 404, as if there was no such file.
 *
 * @package Platen
 */

// phpcs:disable WordPress.Security.NonceVerification -- FastCGI parameters decide here, before WordPress is loaded.

if ( ! isset( $_SERVER['PLATEN_CALL'] ) || '1' !== $_SERVER['PLATEN_CALL'] ) {
	http_response_code( 404 );
	exit;
}

// What other plugins print must not get into the answer.
ob_start();

// WordPress in maintenance still answers the agent: the filter is there before WordPress looks for the file.
$GLOBALS['wp_filter']['enable_maintenance_mode'][10]['platen'] = array(
	'function'      => static function () {
		return false;
	},
	'accepted_args' => 0,
);

$platen_root = isset( $_SERVER['PLATEN_ROOT'] ) ? (string) $_SERVER['PLATEN_ROOT'] : dirname( __DIR__, 3 );

if ( ! is_file( $platen_root . '/wp-load.php' ) ) {
	http_response_code( 404 );
	exit;
}

// The agent is no visitor, so its call starts no scheduled work. DISABLE_WP_CRON would do that too, and hide what the site says.
$GLOBALS['wp_filter']['init'][9]['platen'] = array(
	'function'      => static function () {
		remove_action( 'init', 'wp_cron' );
		remove_action( 'shutdown', 'wp_cron' );
	},
	'accepted_args' => 0,
);

require_once $platen_root . '/wp-load.php';

// A plugin that is not active yet answers as well: `plugin.activate` comes this way.
if ( ! defined( 'PLATEN_VERSION' ) ) {
	define( 'PLATEN_VERSION', '0.1.0' );
	define( 'PLATEN_FILE', __DIR__ . '/platen.php' );
	require_once __DIR__ . '/autoload.php';
}

$platen_body = file_get_contents( 'php://input', false, null, 0, Platen\Call\Dispatcher::MAX_BYTES + 1 );
Platen\Call\Answer::send( Platen\Call\Dispatcher::dispatch( (string) $platen_body ) );
