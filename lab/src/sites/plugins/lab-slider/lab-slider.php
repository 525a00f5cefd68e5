<?php
/**
 * Plugin Name: Lab Hero Slider
 * Description: A hero slider (Swiper). Fixture of Platen's lab.
 * Version: 1.4.2
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static function () {
		if ( ! is_singular() || ! has_shortcode( get_post()->post_content, 'lab_slider' ) ) {
			return;
		}
		wp_enqueue_style( 'lab-swiper', plugins_url( 'vendor/swiper-bundle.css', __FILE__ ), array(), '14.4.0' );
		wp_enqueue_style( 'lab-slider', plugins_url( 'assets/slider.css', __FILE__ ), array( 'lab-swiper' ), '1.4.2' );
		wp_enqueue_script( 'lab-swiper', plugins_url( 'vendor/swiper-bundle.js', __FILE__ ), array(), '14.4.0', true );
		wp_enqueue_script( 'lab-slider', plugins_url( 'assets/slider.js', __FILE__ ), array( 'lab-swiper' ), '1.4.2', true );
		wp_add_inline_script( 'lab-slider', 'var labSlider = ' . wp_json_encode( array( 'delay' => 4000, 'loop' => true ) ) . ';', 'before' );
	}
);

add_shortcode(
	'lab_slider',
	static function () {
		$slides = array( 'Made slowly' => '#2f4858', 'Kept carefully' => '#33658a', 'Shown plainly' => '#86bbd8' );
		$html   = '';
		foreach ( $slides as $title => $colour ) {
			$html .= sprintf( '<div class="swiper-slide" style="background:%s"><h3>%s</h3></div>', esc_attr( $colour ), esc_html( $title ) );
		}
		return '<div class="lab-slider swiper"><div class="swiper-wrapper">' . $html . '</div><div class="swiper-pagination"></div><div class="swiper-button-prev"></div><div class="swiper-button-next"></div></div>';
	}
);
