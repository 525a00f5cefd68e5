<?php
/**
 * Meta fields that no page shows.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Says which meta fields are notes of editors, counters of visitors, or caches.
 */
final class Silent_Meta {
	/** Notes that WordPress makes while posts are edited, trashed or shown. */
	const POST = '/^(_edit_(lock|last)|_encloseme|_pingme|_wp_old_(slug|date)|_wp_trash_meta_.*|_wp_desired_post_slug|_oembed_.*|_customize_.*)$/';

	/** Counters of views, which count on while pages are shown. */
	const COUNTER = '/(^|[_-])(views?|hits|visits|pageviews?|viewed|(post)?views?_?counte?r?)([_-]|$)/i';

	/** What plugins keep for themselves when they first draw a post. */
	const DRAWN = '/(css|cache|assets|critical|generated)/i';

	/** Sessions, screens and preferences of who works in the back end. */
	const USER = '/(^|_)(session_tokens|user-settings(-time)?|dashboard_quick_press_last_post_id|persisted_preferences|dismissed_wp_pointers|default_password_nag|community-events-location|nav_menu_recently_edited|managenav-menuscolumnshidden|last_(login|active|activity|seen|update)|persistent_cart(_\d+)?|show_welcome_panel|application_passwords|capabilities_backup|use_ssl|rich_editing|syntax_highlighting|comment_shortcuts|admin_color|show_admin_bar_front|primary_blog|source_domain)$|^(_?new_email|closedpostboxes_|metaboxhidden_|meta-box-order_|screen_layout_|manage|edit_.*_per_page|.*_per_page$|wc_last_active|_woocommerce_(persistent_cart|load_saved_cart))/';

	/** Traces of checking comments. */
	const COMMENT = '/^(_wp_trash_meta_|akismet_)/';

	/**
	 * Whether no page shows a meta field of a post.
	 *
	 * @param string $key Of the field.
	 */
	public static function of_post( string $key ): bool {
		return preg_match( self::POST, $key ) || preg_match( self::COUNTER, $key ) || ( self::is_drawing() && preg_match( self::DRAWN, $key ) );
	}

	/**
	 * Whether no page shows a meta field of a user.
	 *
	 * @param string $key Of the field.
	 */
	public static function of_user( string $key ): bool {
		return (bool) preg_match( self::USER, $key );
	}

	/**
	 * Whether no page shows a meta field of a comment.
	 *
	 * @param string $key Of the field.
	 */
	public static function of_comment( string $key ): bool {
		return (bool) preg_match( self::COMMENT, $key );
	}

	/**
	 * Whether a page is being drawn for a visitor.
	 */
	private static function is_drawing(): bool {
		return did_action( 'template_redirect' ) && ! is_user_logged_in();
	}
}
