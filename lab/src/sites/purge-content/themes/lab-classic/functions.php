<?php
/**
 * What the theme offers: a menu, a sidebar, thumbnails.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'after_setup_theme',
	static function () {
		add_theme_support( 'title-tag' );
		add_theme_support( 'post-thumbnails' );
		add_theme_support( 'automatic-feed-links' );
		register_nav_menus( array( 'main' => 'Main menu' ) );
	}
);

add_action(
	'widgets_init',
	static function () {
		register_sidebar( array( 'id' => 'sidebar-1', 'name' => 'Sidebar' ) );
	}
);
