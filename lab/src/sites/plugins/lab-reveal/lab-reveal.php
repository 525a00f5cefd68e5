<?php
/**
 * Plugin Name: Lab Reveal
 * Description: Moves things in when they are scrolled to (AOS, animate.css). Fixture of Platen's lab.
 * Version: 1.1.0
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static function () {
		wp_enqueue_style( 'aos', plugins_url( 'vendor/aos.css', __FILE__ ), array(), '2.3.4' );
		wp_enqueue_style( 'animate', plugins_url( 'vendor/animate.css', __FILE__ ), array(), '4.1.1' );
		wp_enqueue_script( 'aos', plugins_url( 'vendor/aos.js', __FILE__ ), array(), '2.3.4', true );
		wp_add_inline_script( 'aos', 'AOS.init({ once: true, duration: 400 });' );
	}
);

add_shortcode(
	'lab_reveal',
	static function () {
		return '<p data-aos="fade-up" class="animate__animated animate__fadeIn">This line comes up when it is scrolled to.</p>';
	}
);
