<?php
/**
 * Makes a second blog in the network, changes both, and tells what was noted.
 *
 * @package Platen
 */

require __DIR__ . '/network.php';

define( 'PLATEN_SPOOL', sys_get_temp_dir() . '/platen-network-' . getmypid() );
mkdir( PLATEN_SPOOL );
$GLOBALS['wp_filter']['muplugins_loaded'][10]['platen'] = array(
	'function'      => static function () {
		require_once dirname( __DIR__ ) . '/platen.php';
	},
	'accepted_args' => 0,
);
require ABSPATH . 'wp-settings.php';

/**
 * Lines of what a function changes.
 *
 * @param callable $change Makes the change.
 */
function platen_lines( $change ) {
	$change();
	Platen\Change\Request::write();
	$file  = PLATEN_SPOOL . '/changes';
	$lines = is_file( $file ) ? array_map( 'json_decode', file( $file ) ) : array();
	file_put_contents( $file, '' );
	return $lines;
}

$platen_told = array();
$platen_blog = 0;
platen_lines(
	static function () use ( &$platen_blog ) {
		$platen_blog = wp_insert_site( array( 'domain' => 'network.example', 'path' => '/two/', 'title' => 'Two', 'user_id' => 1 ) );
	}
);
$platen_told['post']    = platen_lines(
	static function () use ( $platen_blog ) {
		switch_to_blog( $platen_blog );
		wp_insert_post( array( 'post_title' => 'Hello', 'post_content' => 'Text', 'post_status' => 'publish' ) );
		restore_current_blog();
	}
);
$platen_told['theme']   = platen_lines(
	static function () use ( $platen_blog ) {
		switch_to_blog( $platen_blog );
		update_option( 'stylesheet', 'elsewhere' );
		restore_current_blog();
	}
);
$platen_told['user']    = platen_lines(
	static function () {
		wp_update_user( array( 'ID' => 1, 'display_name' => 'Bea' ) );
	}
);
$platen_told['network'] = platen_lines(
	static function () {
		update_site_option( 'site_name', 'Other' );
	}
);
$platen_told['counts']  = platen_lines(
	static function () {
		update_site_option( 'user_count', 77 );
	}
);
$platen_told['archive'] = platen_lines(
	static function () use ( $platen_blog ) {
		wp_update_site( $platen_blog, array( 'archived' => 1 ) );
	}
);
array_map( 'unlink', glob( PLATEN_SPOOL . '/*' ) );
rmdir( PLATEN_SPOOL );
remove_action( 'shutdown', array( 'Platen\Change\Request', 'action_shutdown' ), PHP_INT_MAX );
echo wp_json_encode( $platen_told );
