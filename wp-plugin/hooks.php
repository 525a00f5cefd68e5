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
	add_filter( 'pre_option_sticky_posts', array( 'Platen\Record\Sticky', 'filter_pre_option' ), PHP_INT_MAX );
	add_filter( 'wp_get_object_terms_args', array( 'Platen\Record\Term_Use', 'filter_wp_get_object_terms_args' ), PHP_INT_MAX );
	add_filter( 'get_object_terms', array( 'Platen\Record\Term_Use', 'filter_get_object_terms' ), PHP_INT_MIN );
	add_filter( 'post_class_taxonomies', array( 'Platen\Record\Term_Use', 'filter_post_class_taxonomies' ), PHP_INT_MAX );
	add_filter( 'post_class', array( 'Platen\Record\Term_Use', 'filter_post_class' ), PHP_INT_MIN );
	add_action( 'switch_blog', array( 'Platen\Record\Reads', 'action_switch_blog' ), PHP_INT_MIN );
	add_action( 'switch_blog', array( 'Platen\Record\Watched_Cache', 'action_switch_blog' ), PHP_INT_MIN );
	add_action( 'send_headers', array( 'Platen\Record\Watched_Cache', 'action_send_headers' ), PHP_INT_MAX );
	add_filter( 'query', array( 'Platen\Record\Statements', 'filter_query' ), PHP_INT_MAX );
	add_action( 'pre_get_posts', array( 'Platen\Record\Queries', 'action_pre_get_posts' ), PHP_INT_MAX );
	add_filter( 'query_loop_block_query_vars', array( 'Platen\Record\Queries', 'filter_block_vars' ), PHP_INT_MAX, 2 );
	add_filter( 'render_block_core/query-total', array( 'Platen\Record\Post_Window', 'filter_query_total' ), PHP_INT_MAX );
	add_action( 'pre_get_terms', array( 'Platen\Record\Queries', 'action_query' ), PHP_INT_MAX );
	add_action( 'pre_get_comments', array( 'Platen\Record\Queries', 'action_query' ), PHP_INT_MAX );
	add_action( 'pre_get_users', array( 'Platen\Record\Queries', 'action_query' ), PHP_INT_MAX );
	add_filter( 'getarchives_where', array( 'Platen\Record\Listings', 'filter_getarchives_where' ), PHP_INT_MAX, 2 );
	add_filter( 'get_previous_post_where', array( 'Platen\Record\Adjacent', 'filter_where' ), PHP_INT_MAX, 5 );
	add_filter( 'get_next_post_where', array( 'Platen\Record\Adjacent', 'filter_where' ), PHP_INT_MAX, 5 );
	add_filter( 'get_pages', array( 'Platen\Record\Listings', 'filter_get_pages' ), PHP_INT_MAX, 2 );
	add_filter( 'wp_get_nav_menu_items', array( 'Platen\Record\Listings', 'filter_nav_menu_items' ), PHP_INT_MAX, 2 );
	add_filter( 'get_usernumposts', array( 'Platen\Record\Listings', 'filter_usernumposts' ), PHP_INT_MAX, 3 );
	add_filter( 'get_comments_number', array( 'Platen\Record\Listings', 'filter_comments_number' ), PHP_INT_MAX, 2 );
	add_filter( 'rest_request_after_callbacks', array( 'Platen\Record\Listings', 'filter_rest_response' ), PHP_INT_MAX );
	add_action( 'wp', array( 'Platen\Cdn\Cache_Tag', 'action_wp' ), PHP_INT_MAX );
	add_filter( 'rest_post_dispatch', array( 'Platen\Cdn\Cache_Tag', 'filter_rest_post_dispatch' ), PHP_INT_MAX, 3 );
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

// What changes, for the agent. Nothing here is called while a page is shown to a visitor, except for the last.
if ( defined( 'PLATEN_SPOOL' ) ) {
	// Posts, before and after.
	add_action( 'pre_post_update', array( 'Platen\Change\Post_Hooks', 'action_remember' ), 0 );
	add_action( 'wp_trash_post', array( 'Platen\Change\Post_Hooks', 'action_remember' ), 0 );
	add_action( 'before_delete_post', array( 'Platen\Change\Post_Hooks', 'action_remember' ), 0 );
	add_action( 'delete_attachment', array( 'Platen\Change\Post_Hooks', 'action_remember' ), 0 );
	add_action( 'delete_post', array( 'Platen\Change\Post_Hooks', 'action_remember' ), 0 );
	add_action( 'add_post_meta', array( 'Platen\Change\Post_Hooks', 'action_add_post_meta' ), 0, 2 );
	add_action( 'transition_post_status', array( 'Platen\Change\Post_Hooks', 'action_transition_post_status' ), 0, 3 );
	add_action( 'add_attachment', array( 'Platen\Change\Post_Hooks', 'action_add_attachment' ), 0 );
	add_action( 'post_updated', array( 'Platen\Change\Post_Hooks', 'action_post_updated' ), 0 );
	add_action( 'attachment_updated', array( 'Platen\Change\Post_Hooks', 'action_post_updated' ), 0 );
	add_action( 'deleted_post', array( 'Platen\Change\Post_Hooks', 'action_deleted_post' ), 0, 2 );
	add_action( 'save_post', array( 'Platen\Change\Post_Hooks', 'action_save_post' ), PHP_INT_MIN, 2 );
	add_action( 'wp_after_insert_post', array( 'Platen\Change\Post_Hooks', 'action_wp_after_insert_post' ), PHP_INT_MIN, 2 );
	add_action( 'after_delete_post', array( 'Platen\Change\Request', 'done' ), PHP_INT_MIN );
	add_action( 'clean_post_cache', array( 'Platen\Change\Post_Hooks', 'action_clean_post_cache' ), 0, 2 );
	add_action( 'woocommerce_updated_product_stock', array( 'Platen\Change\Post_Hooks', 'action_product' ), 0 );
	add_action( 'woocommerce_updated_product_price', array( 'Platen\Change\Post_Hooks', 'action_product' ), 0 );

	// Their terms.
	add_action( 'add_term_relationship', array( 'Platen\Change\Post_Hooks', 'action_term_relationships' ), 0, 3 );
	add_action( 'delete_term_relationships', array( 'Platen\Change\Post_Hooks', 'action_term_relationships' ), 0, 3 );
	add_action( 'set_object_terms', array( 'Platen\Change\Post_Hooks', 'action_set_object_terms' ), 0, 4 );
	add_action( 'deleted_term_relationships', array( 'Platen\Change\Post_Hooks', 'action_deleted_term_relationships' ), 0, 3 );

	// Their comments.
	add_filter( 'pre_wp_update_comment_count_now', array( 'Platen\Change\Post_Hooks', 'filter_pre_wp_update_comment_count_now' ), 0, 3 );
	add_action( 'wp_update_comment_count', array( 'Platen\Change\Post_Hooks', 'action_wp_update_comment_count' ), 0, 3 );
	add_action( 'wp_insert_comment', array( 'Platen\Change\Comments', 'action_wp_insert_comment' ), 0, 2 );
	add_action( 'edit_comment', array( 'Platen\Change\Comments', 'action_edit_comment' ), 0 );
	add_action( 'transition_comment_status', array( 'Platen\Change\Comments', 'action_transition_comment_status' ), 0, 3 );

	// Meta fields.
	add_action( 'added_post_meta', array( 'Platen\Change\Meta', 'action_post' ), 0, 3 );
	add_action( 'updated_post_meta', array( 'Platen\Change\Meta', 'action_post' ), 0, 3 );
	add_action( 'deleted_post_meta', array( 'Platen\Change\Meta', 'action_post' ), 0, 3 );
	add_action( 'delete_post_meta', array( 'Platen\Change\Meta', 'action_delete_of_posts' ), 10, 3 );
	add_action( 'added_term_meta', array( 'Platen\Change\Meta', 'action_term' ), 10, 3 );
	add_action( 'updated_term_meta', array( 'Platen\Change\Meta', 'action_term' ), 10, 3 );
	add_action( 'deleted_term_meta', array( 'Platen\Change\Meta', 'action_term' ), 10, 3 );
	add_action( 'added_user_meta', array( 'Platen\Change\Meta', 'action_user' ), 10, 3 );
	add_action( 'updated_user_meta', array( 'Platen\Change\Meta', 'action_user' ), 10, 3 );
	add_action( 'deleted_user_meta', array( 'Platen\Change\Meta', 'action_user' ), 10, 3 );
	add_action( 'added_comment_meta', array( 'Platen\Change\Meta', 'action_comment' ), 10, 3 );
	add_action( 'updated_comment_meta', array( 'Platen\Change\Meta', 'action_comment' ), 10, 3 );
	add_action( 'deleted_comment_meta', array( 'Platen\Change\Meta', 'action_comment' ), 10, 3 );

	// Terms and menus.
	add_action( 'created_term', array( 'Platen\Change\Terms', 'action_created_term' ), 0, 3 );
	add_action( 'edit_terms', array( 'Platen\Change\Terms', 'action_remember' ), 0, 2 );
	add_action( 'pre_delete_term', array( 'Platen\Change\Terms', 'action_remember' ), 0, 2 );
	add_action( 'edited_term', array( 'Platen\Change\Terms', 'action_edited_term' ), 0, 3 );
	add_action( 'delete_term', array( 'Platen\Change\Terms', 'action_delete_term' ), 0, 4 );
	add_action( 'wp_update_nav_menu', array( 'Platen\Change\Terms', 'action_wp_update_nav_menu' ), 0 );

	// Users.
	add_action( 'user_register', array( 'Platen\Change\Users', 'action_user_register' ), 0 );
	add_action( 'profile_update', array( 'Platen\Change\Users', 'action_profile_update' ), 0, 2 );
	add_action( 'delete_user', array( 'Platen\Change\Users', 'action_delete_user' ), 10, 2 );
	add_action( 'deleted_user', array( 'Platen\Change\Request', 'done' ), 0 );
	add_action( 'remove_user_from_blog', array( 'Platen\Change\Users', 'action_remove_user_from_blog' ), 10, 3 );

	// Options, of the site and of a network.
	add_action( 'updated_option', array( 'Platen\Change\Options', 'action_updated_option' ), 0, 3 );
	add_action( 'added_option', array( 'Platen\Change\Options', 'action_added_option' ), 0, 2 );
	add_action( 'deleted_option', array( 'Platen\Change\Options', 'action_deleted_option' ), 0 );
	add_action( 'update_site_option', array( 'Platen\Change\Options', 'action_site_option' ) );
	add_action( 'add_site_option', array( 'Platen\Change\Options', 'action_site_option' ) );
	add_action( 'delete_site_option', array( 'Platen\Change\Options', 'action_site_option' ) );

	// The site as a whole.
	add_action( 'upgrader_process_complete', array( 'Platen\Change\Site', 'action_upgrader_process_complete' ), 10, 2 );
	add_action( 'wp_ajax_edit-theme-plugin-file', array( 'Platen\Change\Site', 'action_edit_file' ), 0 );
	add_action( 'add_link', array( 'Platen\Change\Site', 'action_link' ) );
	add_action( 'edit_link', array( 'Platen\Change\Site', 'action_link' ) );
	add_action( 'deleted_link', array( 'Platen\Change\Site', 'action_link' ) );
	add_action( 'wp_update_site', array( 'Platen\Change\Site', 'action_wp_update_site' ), 10, 2 );
	add_action( 'wp_delete_site', array( 'Platen\Change\Site', 'action_wp_delete_site' ) );

	// The agent is told.
	add_filter( 'pre_http_request', array( 'Platen\Change\Request', 'filter_pre_http_request' ), 0 );
	add_action( 'shutdown', array( 'Platen\Change\Request', 'action_shutdown' ), PHP_INT_MAX );
}

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
