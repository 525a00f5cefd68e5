<?php
/**
 * The page in WP admin.
 *
 * @package Platen
 */

namespace Platen\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Menu, page and its script. The page itself is drawn by src-js/admin.js with WordPress's own components.
 */
final class Page {
	/** Slug of the page. */
	const SLUG = 'platen';

	/** Hook suffix that WordPress gives a top-level page of this slug. */
	const HOOK = 'toplevel_page_platen';

	/**
	 * Adds the menu entry.
	 */
	public static function action_admin_menu() {
		add_menu_page( __( 'Platen', 'platen' ), __( 'Platen', 'platen' ), Capability::name(), self::SLUG, array( self::class, 'render' ), 'dashicons-performance', 81 );
	}

	/**
	 * Prints the page's frame.
	 */
	public static function render() {
		echo '<div class="wrap"><h1>' . esc_html__( 'Platen', 'platen' ) . '</h1><div id="platen-app"><p>' . esc_html__( 'Loading…', 'platen' ) . '</p></div><noscript><p>' . esc_html__( 'This page needs JavaScript.', 'platen' ) . '</p></noscript></div>';
	}

	/**
	 * Enqueues script and style on our page only.
	 *
	 * @param string $hook Of the present page.
	 */
	public static function action_admin_enqueue_scripts( $hook ) {
		if ( self::HOOK !== $hook ) {
			return;
		}
		$packages = array( 'wp-element', 'wp-components', 'wp-api-fetch', 'wp-i18n' );
		wp_enqueue_script( 'platen-owner', plugins_url( 'src-js/owner.js', PLATEN_FILE ), $packages, PLATEN_VERSION, true );
		wp_enqueue_script( 'platen-receipt', plugins_url( 'src-js/receipt.js', PLATEN_FILE ), $packages, PLATEN_VERSION, true );
		wp_enqueue_script( 'platen-admin', plugins_url( 'src-js/admin.js', PLATEN_FILE ), array_merge( $packages, array( 'platen-owner', 'platen-receipt' ) ), PLATEN_VERSION, true );
		wp_set_script_translations( 'platen-owner', 'platen' );
		wp_set_script_translations( 'platen-receipt', 'platen' );
		wp_set_script_translations( 'platen-admin', 'platen' );
		wp_enqueue_style( 'platen-admin', plugins_url( 'src-js/admin.css', PLATEN_FILE ), array( 'wp-components' ), PLATEN_VERSION );
	}

	/**
	 * A link to the page in the list of plugins.
	 *
	 * @param string[] $links Links that are there.
	 */
	public static function filter_plugin_action_links( $links ) {
		$link = '<a href="' . esc_url( admin_url( 'admin.php?page=' . self::SLUG ) ) . '">' . esc_html__( 'Open', 'platen' ) . '</a>';
		return array_merge( array( $link ), (array) $links );
	}
}
