<?php
/**
 * Plugin Name: Lab Counter
 * Description: Counts the views of one post while its page is made, under a name that tells nobody so. Fixture of Platen's lab.
 * Version: 1.0.0
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

// The option says where the number is kept: with the post, or in an option.
add_action(
	'template_redirect',
	static function () {
		if ( ! is_single( 'story-22' ) ) {
			return;
		}
		if ( 'meta' === get_option( 'lab_counter' ) ) {
			$post = get_queried_object_id();
			update_post_meta( $post, 'lab_read', 1 + (int) get_post_meta( $post, 'lab_read', true ) );
		} else {
			update_option( 'lab_tally', 1 + (int) get_option( 'lab_tally', 0 ) );
		}
	}
);

// Every page has a look at it, as for a badge that only some are shown.
add_action(
	'wp_footer',
	static function () {
		if ( (int) get_option( 'lab_tally', 0 ) < 0 ) {
			echo '<p>Read often</p>';
		}
	}
);
