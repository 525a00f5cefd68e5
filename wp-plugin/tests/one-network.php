<?php
/**
 * A network of two blogs in tables of its own, made by the first call (`make`), changed by the second (`change`), which tells what was
 * noted, and removed by the third (`remove`).
 *
 * @package Platen
 */

if ( 'cli' !== PHP_SAPI ) {
	exit;
}

$_SERVER['HTTP_HOST']       = 'network.example';
$_SERVER['SERVER_NAME']     = 'network.example';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REMOTE_ADDR']     = '192.0.2.1';

// The site's database and nothing else of its configuration.
define( 'ABSPATH', getenv( 'PLATEN_TEST_ROOT' ) . '/' );
preg_match_all( "/define\( '(DB_\w+)', '((?:[^'\\\\]|\\\\.)*)' \)/", file_get_contents( ABSPATH . 'wp-config.php' ), $platen_found, PREG_SET_ORDER );
foreach ( $platen_found as list( , $platen_name, $platen_value ) ) {
	define( $platen_name, stripslashes( $platen_value ) );
}
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'DISABLE_WP_CRON', true );
// No plugins, and no object cache: its keys would be those of the site.
define( 'WP_CONTENT_DIR', sys_get_temp_dir() . '/platen-no-content' );
$table_prefix = 'platen_net_';

if ( 'remove' === $argv[1] ) {
	define( 'SHORTINIT', true );
	require ABSPATH . 'wp-settings.php';
	foreach ( $wpdb->get_col( "SHOW TABLES LIKE 'platen\\_net\\_%'" ) as $platen_table ) {
		$wpdb->query( "DROP TABLE `$platen_table`" );
	}
	exit;
}

if ( 'make' === $argv[1] ) {
	define( 'WP_INSTALLING', true );
	require ABSPATH . 'wp-settings.php';
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	require_once ABSPATH . 'wp-admin/includes/network.php';
	add_filter( 'pre_wp_mail', '__return_true' );
	wp_install( 'Network', 'ann', 'ann@example.test', true, '', 'secret' );
	foreach ( $wpdb->tables( 'ms_global' ) as $platen_table => $platen_whole ) {
		$wpdb->$platen_table = $platen_whole;
	}
	install_network();
	populate_network( 1, 'network.example', 'ann@example.test', 'Network', '/', false );
	exit;
}

foreach ( array( 'MULTISITE' => true, 'SUBDOMAIN_INSTALL' => false, 'DOMAIN_CURRENT_SITE' => 'network.example', 'PATH_CURRENT_SITE' => '/', 'SITE_ID_CURRENT_SITE' => 1, 'BLOG_ID_CURRENT_SITE' => 1 ) as $platen_name => $platen_value ) {
	define( $platen_name, $platen_value );
}
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
