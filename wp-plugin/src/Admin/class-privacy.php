<?php
/**
 * What the site's privacy policy may say of Platen.
 *
 * @package Platen
 */

namespace Platen\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Suggested text for the privacy policy.
 */
final class Privacy {
	/**
	 * Adds the text to WordPress's guide.
	 */
	public static function action_admin_init() {
		wp_add_privacy_policy_content(
			__( 'Platen', 'platen' ),
			'<p>' . esc_html__( 'Platen keeps caches, images and scripts of this site in order. It sets no cookies, and collects nothing about visitors.', 'platen' ) . '</p>'
		);
	}
}
