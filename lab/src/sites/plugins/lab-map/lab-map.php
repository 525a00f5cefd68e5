<?php
/**
 * Plugin Name: Lab Map
 * Description: A map of drawn shapes, without tiles from elsewhere (Leaflet). Fixture of Platen's lab.
 * Version: 2.2.2
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static function () {
		if ( ! is_singular() || ! has_shortcode( get_post()->post_content, 'lab_map' ) ) {
			return;
		}
		wp_enqueue_style( 'leaflet', plugins_url( 'vendor/leaflet.css', __FILE__ ), array(), '1.9.4' );
		wp_enqueue_script( 'leaflet', plugins_url( 'vendor/leaflet-src.js', __FILE__ ), array(), '1.9.4', false );
		wp_enqueue_script( 'lab-map', plugins_url( 'assets/map.js', __FILE__ ), array( 'leaflet' ), '2.2.2', true );
		wp_add_inline_script( 'leaflet', 'L.Icon.Default.imagePath = ' . wp_json_encode( plugins_url( 'vendor/images/', __FILE__ ) ) . ';', 'after' );
	}
);

add_shortcode(
	'lab_map',
	static function () {
		return '<div class="lab-map" style="height:260px;background:#cfe3d4"></div>';
	}
);
