<?php
/**
 * Plugin Name: Lab Newsletter
 * Description: A pop-up with a form that is sent over Ajax (Magnific Popup). Fixture of Platen's lab.
 * Version: 6.3.0
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static function () {
		if ( ! is_singular() || ! has_shortcode( get_post()->post_content, 'lab_newsletter' ) ) {
			return;
		}
		wp_enqueue_style( 'magnific-popup', plugins_url( 'vendor/magnific-popup.css', __FILE__ ), array(), '1.2.0' );
		wp_enqueue_script( 'magnific-popup', plugins_url( 'vendor/jquery.magnific-popup.js', __FILE__ ), array( 'jquery' ), '1.2.0', true );
		wp_enqueue_script( 'lab-newsletter', plugins_url( 'assets/newsletter.js', __FILE__ ), array( 'magnific-popup', 'wp-util' ), '6.3.0', true );
	}
);

add_shortcode(
	'lab_newsletter',
	static function () {
		return '<a class="lab-newsletter-open" href="#lab-newsletter">Our letter</a><form id="lab-newsletter" class="mfp-hide lab-newsletter" style="background:#fff;padding:24px;max-width:420px;margin:auto">'
			. '<input type="email" name="email" placeholder="you@example.test"><button>Subscribe</button><output></output></form>';
	}
);

/** Answers the form; nothing is kept. */
function lab_newsletter_subscribe() {
	$email = isset( $_POST['email'] ) ? sanitize_email( wp_unslash( $_POST['email'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- keeps nothing.
	is_email( $email ) ? wp_send_json_success( array( 'thanks' => 'Thank you.' ) ) : wp_send_json_error( array( 'message' => 'Not an address.' ), 400 );
}
add_action( 'wp_ajax_lab_newsletter_subscribe', 'lab_newsletter_subscribe' );
add_action( 'wp_ajax_nopriv_lab_newsletter_subscribe', 'lab_newsletter_subscribe' );
