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
