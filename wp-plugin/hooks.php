<?php
/**
 * Every hook of the plugin, and nothing else. The classes behind them are loaded when their hook first fires.
 *
 * @package Platen
 */

defined( 'ABSPATH' ) || exit;

// The option that every page reads is there from the start: one that is missing would cost each page a query.
register_activation_hook( PLATEN_FILE, array( 'Platen\Assets\Publication', 'clear' ) );

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

// Purging, for those who are signed in and may: admin bar, form, REST routes, abilities (from WordPress 6.9 on) and command line.
add_action( 'admin_bar_init', array( 'Platen\Purge\Bar', 'action_admin_bar_init' ) );
add_action( 'admin_bar_menu', array( 'Platen\Purge\Bar', 'action_admin_bar_menu' ), 90 );
add_action( 'wp_after_admin_bar_render', array( 'Platen\Purge\Bar', 'action_wp_after_admin_bar_render' ) );
add_action( 'admin_menu', array( 'Platen\Purge\Screen', 'action_admin_menu' ) );
add_action( 'load-admin_page_platen-purge', array( 'Platen\Purge\Screen', 'action_load' ) );
add_action( 'admin_post_platen_purge', array( 'Platen\Purge\Form', 'action_admin_post' ) );
add_action( 'rest_api_init', array( 'Platen\Purge\Rest', 'action_rest_api_init' ) );
add_action( 'wp_abilities_api_categories_init', array( 'Platen\Purge\Abilities', 'action_wp_abilities_api_categories_init' ) );
add_action( 'wp_abilities_api_init', array( 'Platen\Purge\Abilities', 'action_wp_abilities_api_init' ) );
if ( defined( 'WP_CLI' ) && WP_CLI ) {
	WP_CLI::add_command( 'platen', 'Platen\Cli\Command' );
}
