<?php
/**
 * Options that say nothing about pages.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * What WordPress writes by itself: locks, schedules, remembered checks, and what it works out again where it is missing. A page has no
 * tag of them, and a change of them is none.
 */
final class Volatile {
	const OPTIONS = array(
		'cron'                            => true,
		// Made again by the next page after a flush; permalink_structure says what matters.
		'rewrite_rules'                   => true,
		'recently_activated'              => true,
		'recently_edited'                 => true,
		'uninstall_plugins'               => true,
		'fresh_site'                      => true,
		'db_version'                      => true,
		'db_upgraded'                     => true,
		'initial_db_version'              => true,
		'can_compress_scripts'            => true,
		'finished_splitting_shared_terms' => true,
		'finished_updating_comment_type'  => true,
		'https_detection_errors'          => true,
		'recovery_keys'                   => true,
		'recovery_mode_email_last_sent'   => true,
		'wp_force_deactivated_plugins'    => true,
		'theme_switched'                  => true,
		'auto_core_update_notified'       => true,
		'auto_core_update_failed'         => true,
		'auto_core_update_last_checked'   => true,
		'auto_plugin_theme_update_emails' => true,
		'dashboard_widget_options'        => true,
		'adminhash'                       => true,
		'new_admin_email'                 => true,
		'mailserver_url'                  => true,
		'mailserver_login'                => true,
		'mailserver_pass'                 => true,
		'mailserver_port'                 => true,
		'post_count'                      => true,
		// Whether pages have tags at the CDN is no part of what visitors see.
		'platen_cdn'                      => true,
		'platen_nonces'                   => true,
	);

	/** Transients have a life of their own, the scheduler of plugins a lock for each minute. */
	const PATTERN = '/^(?:_transient_|_site_transient_|action_scheduler_)|[._]lock$/';

	/**
	 * Whether pages don't depend on the option.
	 *
	 * @param string $name Of the option.
	 */
	public static function is_option( string $name ): bool {
		return isset( self::OPTIONS[ $name ] ) || 1 === preg_match( self::PATTERN, $name );
	}
}
