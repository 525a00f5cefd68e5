<?php
/**
 * What changes without a page being another one.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Says which options WordPress and plugins write for themselves while they work.
 */
final class Volatile {
	/** Names of such options. */
	const OPTIONS = '/^(_transient_.*|_site_transient_.*|cron|rewrite_rules|.*_children|recently_edited|recently_activated|uninstall_plugins|user_count|blog_count|can_compress_scripts|db_upgraded|fresh_site|finished_splitting_shared_terms|https_detection_errors|auto_.*_update.*|.*\.lock|dismissed_update_.*|recovery_.*|wp_force_deactivated_plugins|adminhash|.*new_admin_email|nonce_(key|salt)|auth_(key|salt)|logged_in_(key|salt)|platen_nonces|action_scheduler_.*|.*_last_(run|check|checked|sync)|.*_(views|hits|counter)|core_update.*|theme_switched.*|current_theme|wp_calendar_block_has_published_posts|nav_menu_options|secret|initial_db_version|active_sitewide_plugins_.*)$/';

	/**
	 * Whether an option is one of them.
	 *
	 * @param string $name Of the option.
	 */
	public static function is_option( string $name ): bool {
		return (bool) preg_match( self::OPTIONS, $name );
	}
}
