<?php
/**
 * Plugin Name: Lab Notice
 * Description: A line at the end of every page. Fixture of Platen's lab.
 * Version: 1.0.0
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_footer',
	static function () {
		echo '<p>' . esc_html( get_option( 'lab_notice', 'Closed on Sundays.' ) ) . '</p>';
	}
);
