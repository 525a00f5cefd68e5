<?php
/**
 * Plugin Name: Lab Testimonials
 * Description: A carousel of quotes (slick). Fixture of Platen's lab.
 * Version: 3.0.1
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static function () {
		wp_register_style( 'slick', plugins_url( 'vendor/slick.css', __FILE__ ), array(), '2.0.0' );
		wp_register_style( 'slick-theme', plugins_url( 'vendor/slick-theme.css', __FILE__ ), array( 'slick' ), '2.0.0' );
		wp_register_script( 'slick', plugins_url( 'vendor/slick.js', __FILE__ ), array( 'jquery' ), '2.0.0', true );
		wp_register_script( 'lab-testimonials', plugins_url( 'assets/testimonials.js', __FILE__ ), array( 'slick' ), '3.0.1', true );
	}
);

// Like many a plugin, this one asks for its assets only when its shortcode is met.
add_shortcode(
	'lab_testimonials',
	static function () {
		wp_enqueue_style( 'slick-theme' );
		wp_enqueue_script( 'lab-testimonials' );
		$quotes = array( 'It does what it says.', 'We went to sleep and the site was faster in the morning.', 'I asked, and it told me why.', 'The undo button works.' );
		$html   = '';
		foreach ( $quotes as $quote ) {
			$html .= '<blockquote>' . esc_html( $quote ) . '</blockquote>';
		}
		return '<div class="lab-testimonials">' . $html . '</div>';
	}
);
