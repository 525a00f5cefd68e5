<?php
/**
 * Plugin Name: Lab Interface Kit
 * Description: Buttons, alerts, modals and icons on every page (Bootstrap, Font Awesome). Fixture of Platen's lab.
 * Version: 4.0.0
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

// Everywhere, needed or not: that is what such plugins do.
add_action(
	'wp_enqueue_scripts',
	static function () {
		$url = plugins_url( '', __FILE__ );
		wp_enqueue_style( 'bootstrap', "$url/vendor/bootstrap.css", array(), '5.3.9' );
		wp_enqueue_style( 'font-awesome', "$url/vendor/css/all.css", array(), '7.3.1' );
		wp_enqueue_style( 'lab-kit', "$url/assets/kit.css", array( 'bootstrap', 'font-awesome' ), '4.0.0' );
		wp_enqueue_style( 'lab-kit-print', "$url/assets/print.css", array(), '4.0.0', 'print' );
		wp_enqueue_script( 'bootstrap', "$url/vendor/bootstrap.bundle.js", array(), '5.3.9', true );
		wp_enqueue_script( 'lab-kit', "$url/assets/kit.js", array( 'bootstrap' ), '4.0.0', true );
	},
	5
);

add_shortcode(
	'lab_modal',
	static function () {
		return '<button type="button" class="btn btn-primary" data-bs-toggle="modal" data-bs-target="#lab-modal"><i class="fa-solid fa-bell"></i> Open the modal</button> <i class="fa-brands fa-wordpress"></i>'
			. '<div class="modal fade" id="lab-modal" tabindex="-1" aria-hidden="true"><div class="modal-dialog"><div class="modal-content"><div class="modal-header"><h5 class="modal-title">Hello</h5>'
			. '<button type="button" class="btn-close" data-bs-dismiss="modal" aria-label="Close"></button></div><div class="modal-body">This is Bootstrap’s modal.</div></div></div></div>'
			. '<span class="lab-kit-hint" data-bs-toggle="tooltip" title="A tooltip">hover me</span>';
	}
);
