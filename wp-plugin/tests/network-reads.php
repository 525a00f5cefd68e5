<?php
/**
 * A network of two blogs in tables of its own: made by the first call (`make`), read by the second (`read`), which prints the tags of
 * what it read, and removed by the third (`remove`).
 *
 * @package Platen
 */

use Platen\Record\Queries;
use Platen\Record\Reads;
use Platen\Record\Tag;
use Platen\Record\Watched_Cache;

if ( 'cli' !== PHP_SAPI ) {
	exit;
}

$_SERVER['HTTP_HOST']       = 'network.example';
$_SERVER['SERVER_NAME']     = 'network.example';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

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
$table_prefix = 'platen_read_';

if ( 'remove' === $argv[1] ) {
	define( 'SHORTINIT', true );
	require ABSPATH . 'wp-settings.php';
	foreach ( $wpdb->get_col( "SHOW TABLES LIKE 'platen\\_read\\_%'" ) as $platen_table ) {
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
require ABSPATH . 'wp-settings.php';
require dirname( __DIR__ ) . '/autoload.php';

$platen_blog = wp_insert_site( array( 'domain' => 'network.example', 'path' => '/two/', 'title' => 'Two', 'user_id' => 1 ) );
switch_to_blog( $platen_blog );
get_posts( array( 'category_name' => 'uncategorized' ) );
restore_current_blog();

// As hooks.php does it for visitors.
Reads::$prefix              = Tag::prefix( get_current_blog_id() );
$GLOBALS['wp_object_cache'] = new Watched_Cache( $GLOBALS['wp_object_cache'] );
add_filter( 'pre_option', array( Reads::class, 'filter_pre_option' ), PHP_INT_MAX, 2 );
add_action( 'switch_blog', array( Reads::class, 'action_switch_blog' ), PHP_INT_MIN );
add_action( 'switch_blog', array( Watched_Cache::class, 'action_switch_blog' ), PHP_INT_MIN );
add_action( 'pre_get_posts', array( Queries::class, 'action_pre_get_posts' ), PHP_INT_MAX );

get_post( 1 );
get_posts( array( 'author' => 1 ) );
switch_to_blog( $platen_blog );
get_post( 1 );
get_option( 'blogname' );
get_posts( array( 'category_name' => 'uncategorized' ) );
restore_current_blog();
get_post( 2 );

Queries::settle();
Reads::settle_options();
echo wp_json_encode( array( array_keys( Reads::$tags ), Reads::$partial ) );
