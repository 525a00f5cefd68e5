<?php
/**
 * Draws the page of its first argument as a visitor sees it, with a spool or without, and tells what that took.
 *
 * @package Platen
 */

if ( 'cli' !== PHP_SAPI ) {
	exit;
}

$_SERVER['HTTP_HOST']       = getenv( 'PLATEN_TEST_HOST' );
$_SERVER['SERVER_NAME']     = 'localhost';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = $argv[1];
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

$platen_spool = sys_get_temp_dir() . '/platen-page-' . getmypid();
if ( 'with' === $argv[2] ) {
	mkdir( $platen_spool );
	define( 'PLATEN_SPOOL', $platen_spool );
}
define( 'WP_USE_THEMES', true );
define( 'DISABLE_WP_CRON', true );

register_shutdown_function(
	static function () use ( $platen_spool ) {
		$html = '';
		while ( ob_get_level() ) {
			$html = ob_get_clean() . $html;
		}
		preg_match( '#<title>(.*?)</title>#', $html, $title );
		$classes = preg_grep( '#^Platen\\\\Change\\\\(?!Request$)#', get_declared_classes() );
		$lines   = is_file( $platen_spool . '/changes' ) ? file( $platen_spool . '/changes' ) : array();
		array_map( 'unlink', (array) glob( $platen_spool . '/*' ) );
		if ( is_dir( $platen_spool ) ) {
			rmdir( $platen_spool );
		}
		echo wp_json_encode(
			array(
				'title'   => $title[1] ?? '',
				'queries' => get_num_queries(),
				'lines'   => $lines,
				'classes' => array_values( $classes ),
			)
		);
	}
);

ob_start();
require getenv( 'PLATEN_TEST_ROOT' ) . '/index.php';
