<?php
/**
 * A network of one blog in tables of its own: made by `make`, removed by `remove`. Without a word, and before wp-settings.php, it is what a
 * script needs that has WordPress loaded as that network's main blog.
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

if ( 'remove' === ( $argv[1] ?? '' ) ) {
	define( 'SHORTINIT', true );
	require ABSPATH . 'wp-settings.php';
	foreach ( $wpdb->get_col( "SHOW TABLES LIKE 'platen\\_net\\_%'" ) as $platen_table ) {
		$wpdb->query( "DROP TABLE `$platen_table`" );
	}
	exit;
}

if ( 'make' === ( $argv[1] ?? '' ) ) {
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
