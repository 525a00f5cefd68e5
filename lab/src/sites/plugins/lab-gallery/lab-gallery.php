<?php
/**
 * Plugin Name: Lab Gallery
 * Description: A filtered grid of photographs with a lightbox (Isotope, imagesLoaded, GLightbox). Fixture of Platen's lab.
 * Version: 2.8.0
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static function () {
		if ( ! is_singular() || ! has_shortcode( get_post()->post_content, 'lab_gallery' ) ) {
			return;
		}
		wp_enqueue_style( 'glightbox', plugins_url( 'vendor/glightbox.css', __FILE__ ), array(), '3.3.1' );
		wp_enqueue_style( 'lab-gallery', plugins_url( 'assets/gallery.css', __FILE__ ), array( 'glightbox' ), '2.8.0' );
		wp_enqueue_script( 'glightbox', plugins_url( 'vendor/glightbox.js', __FILE__ ), array(), '3.3.1', true );
		wp_enqueue_script( 'lab-imagesloaded', plugins_url( 'vendor/imagesloaded.pkgd.js', __FILE__ ), array(), '5.0.0', true );
		wp_enqueue_script( 'isotope', plugins_url( 'vendor/isotope.pkgd.js', __FILE__ ), array( 'lab-imagesloaded' ), '3.0.6', true );
		wp_enqueue_script( 'lab-gallery', plugins_url( 'assets/gallery.js', __FILE__ ), array( 'isotope', 'glightbox' ), '2.8.0', true );
		wp_add_inline_script( 'lab-gallery', 'document.documentElement.classList.add("lab-gallery-ready");', 'after' );
	}
);

add_shortcode(
	'lab_gallery',
	static function ( $attributes ) {
		$attributes = shortcode_atts( array( 'count' => 4 ), $attributes );
		$images     = get_posts( array( 'post_type' => 'attachment', 'post_mime_type' => 'image/jpeg', 'numberposts' => (int) $attributes['count'], 'orderby' => 'ID', 'order' => 'ASC' ) );
		$html       = '';
		foreach ( $images as $image ) {
			$html .= sprintf( '<a class="lab-gallery-item" href="%s">%s</a>', esc_url( wp_get_attachment_url( $image->ID ) ), wp_get_attachment_image( $image->ID, 'medium', false, array( 'sizes' => '200px' ) ) );
		}
		return '<div class="lab-gallery">' . $html . '</div>';
	}
);
