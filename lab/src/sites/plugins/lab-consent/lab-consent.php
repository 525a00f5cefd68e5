<?php
/**
 * Plugin Name: Lab Consent
 * Description: A cookie notice on every page (CookieConsent). Fixture of Platen's lab.
 * Version: 3.1.0
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static function () {
		wp_enqueue_style( 'cookieconsent', plugins_url( 'vendor/cookieconsent.css', __FILE__ ), array(), '3.1.0' );
		wp_enqueue_script( 'cookieconsent', plugins_url( 'vendor/cookieconsent.umd.js', __FILE__ ), array(), '3.1.0', true );
		wp_enqueue_script( 'lab-consent', plugins_url( 'assets/consent.js', __FILE__ ), array( 'cookieconsent' ), '3.1.0', true );
	}
);
