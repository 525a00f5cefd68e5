<?php
/**
 * Every hook of the plugin, and nothing else. The classes behind them are loaded when their hook first fires.
 *
 * @package Platen
 */

defined( 'ABSPATH' ) || exit;

// The option that every page reads is there from the start: one that is missing would cost each page a query.
register_activation_hook( PLATEN_FILE, array( 'Platen\Assets\Publication', 'clear' ) );

// Plugins that are loaded before read options that nobody sees.
add_filter( 'pre_update_option_active_plugins', array( 'Platen\Record\Load_Order', 'filter_active_plugins' ) );

// What a visitor's page is made of. Only the object cache is watched from here on; all that needs a hook has one.
if ( Platen\Record\Recorder::begin() ) {
	add_filter( 'pre_option', array( 'Platen\Record\Reads', 'filter_pre_option' ), PHP_INT_MAX, 2 );
	add_action( 'switch_blog', array( 'Platen\Record\Reads', 'action_switch_blog' ), PHP_INT_MIN );
	add_action( 'switch_blog', array( 'Platen\Record\Watched_Cache', 'action_switch_blog' ), PHP_INT_MIN );
	add_filter( 'query', array( 'Platen\Record\Statements', 'filter_query' ), PHP_INT_MAX );
	add_action( 'pre_get_posts', array( 'Platen\Record\Queries', 'action_pre_get_posts' ), PHP_INT_MAX );
	add_action( 'pre_get_terms', array( 'Platen\Record\Queries', 'action_query' ), PHP_INT_MAX );
	add_action( 'pre_get_comments', array( 'Platen\Record\Queries', 'action_query' ), PHP_INT_MAX );
	add_action( 'pre_get_users', array( 'Platen\Record\Queries', 'action_query' ), PHP_INT_MAX );
	add_filter( 'getarchives_where', array( 'Platen\Record\Listings', 'filter_getarchives_where' ), PHP_INT_MAX, 2 );
	add_filter( 'get_previous_post_where', array( 'Platen\Record\Listings', 'filter_adjacent_where' ), PHP_INT_MAX, 5 );
	add_filter( 'get_next_post_where', array( 'Platen\Record\Listings', 'filter_adjacent_where' ), PHP_INT_MAX, 5 );
	add_filter( 'get_pages', array( 'Platen\Record\Listings', 'filter_get_pages' ), PHP_INT_MAX, 2 );
	add_filter( 'wp_get_nav_menu_items', array( 'Platen\Record\Listings', 'filter_nav_menu_items' ), PHP_INT_MAX, 2 );
	add_filter( 'get_usernumposts', array( 'Platen\Record\Listings', 'filter_usernumposts' ), PHP_INT_MAX, 3 );
	add_filter( 'get_comments_number', array( 'Platen\Record\Listings', 'filter_comments_number' ), PHP_INT_MAX, 2 );
	add_filter( 'status_header', array( 'Platen\Record\Recorder', 'filter_status_header' ), PHP_INT_MAX, 2 );
	add_action( 'shutdown', array( 'Platen\Record\Recorder', 'action_shutdown' ), PHP_INT_MAX );
}

// The front end: pictures and published assets.
add_filter( 'wp_content_img_tag', array( 'Platen\Images\Picture', 'filter_content_image' ), 20, 3 );
add_filter( 'wp_get_attachment_image', array( 'Platen\Images\Picture', 'filter_attachment_image' ), 20, 2 );
add_filter( 'style_loader_src', array( 'Platen\Assets\Swap', 'filter_src' ), 999 );
add_filter( 'script_loader_src', array( 'Platen\Assets\Swap', 'filter_src' ), 999 );

// WebP files go with their image.
add_action( 'delete_attachment', array( 'Platen\Images\Served', 'action_delete_attachment' ) );

// What the agent asks where there is no FastCGI.
add_action( 'init', array( 'Platen\Call\Signed_Http', 'action_init' ), 0 );

// WP admin.
add_action( 'admin_menu', array( 'Platen\Admin\Page', 'action_admin_menu' ) );
add_action( 'admin_enqueue_scripts', array( 'Platen\Admin\Page', 'action_admin_enqueue_scripts' ) );
add_action( 'rest_api_init', array( 'Platen\Admin\Rest', 'action_rest_api_init' ) );
add_action( 'admin_init', array( 'Platen\Admin\Privacy', 'action_admin_init' ) );
add_filter( 'plugin_action_links_' . plugin_basename( PLATEN_FILE ), array( 'Platen\Admin\Page', 'filter_plugin_action_links' ) );
