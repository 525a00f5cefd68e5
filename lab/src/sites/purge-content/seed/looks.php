<?php
/**
 * Themes, and what stands in the sidebar.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

/** Four widgets that list things, for the theme that has a sidebar. */
function lab_seed_widgets() {
	update_option( 'lab_first_theme', get_stylesheet() );
	update_option( 'widget_text', array( 2 => array( 'title' => 'Hello', 'text' => 'Good to see you.' ), '_multiwidget' => 1 ) );
	update_option( 'widget_recent-posts', array( 2 => array( 'title' => 'New', 'number' => 5 ), '_multiwidget' => 1 ) );
	update_option( 'widget_recent-comments', array( 2 => array( 'title' => 'Said', 'number' => 5 ), '_multiwidget' => 1 ) );
	update_option( 'widget_categories', array( 2 => array( 'title' => 'About', 'count' => 1, 'hierarchical' => 1 ), '_multiwidget' => 1 ) );
	update_option( 'widget_block', array( '_multiwidget' => 1 ) );
	update_option( 'sidebars_widgets', array( 'wp_inactive_widgets' => array(), 'sidebar-1' => array( 'text-2', 'recent-posts-2', 'recent-comments-2', 'categories-2' ), 'array_version' => 3 ) );
}
