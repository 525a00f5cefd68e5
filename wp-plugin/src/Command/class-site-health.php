<?php
/**
 * The command site.health.
 *
 * @package Platen
 */

namespace Platen\Command;

defined( 'ABSPATH' ) || exit;

/**
 * What health.report asks of WordPress. Reads what WordPress knows; asks nobody on the Internet.
 */
final class Site_Health {
	/**
	 * Carries out the command.
	 *
	 * @param array $args None.
	 */
	public static function run( array $args ): array {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		require_once ABSPATH . 'wp-admin/includes/update.php';
		$users = count_users();
		return array(
			'core'            => self::core(),
			'php'             => self::php(),
			'plugins'         => self::plugins(),
			'themes'          => self::themes(),
			'cron'            => self::cron(),
			'autoloadedBytes' => self::autoloaded_bytes( $wpdb ),
			'objectCache'     => (bool) wp_using_ext_object_cache(),
			'debug'           => (bool) WP_DEBUG,
			'administrators'  => (int) ( $users['avail_roles']['administrator'] ?? 0 ),
		);
	}

	/**
	 * WordPress's version and the newer one that it knows of.
	 */
	private static function core(): array {
		$core   = array( 'version' => get_bloginfo( 'version' ) );
		$offers = get_site_transient( 'update_core' );
		$offer  = is_object( $offers ) && ! empty( $offers->updates ) ? $offers->updates[0] : null;
		if ( $offer && isset( $offer->response, $offer->version ) && 'upgrade' === $offer->response ) {
			$core['update'] = (string) $offer->version;
		}
		return $core;
	}

	/**
	 * PHP as it is set up for this site.
	 */
	private static function php(): array {
		$extensions = get_loaded_extensions();
		sort( $extensions );
		$php = array(
			'version'             => PHP_VERSION,
			'memoryLimit'         => (string) ini_get( 'memory_limit' ),
			'maxExecutionSeconds' => (int) ini_get( 'max_execution_time' ),
			'extensions'          => array_slice( $extensions, 0, 200 ),
		);
		$state = function_exists( 'opcache_get_status' ) ? opcache_get_status( false ) : false;
		if ( is_array( $state ) && ! empty( $state['opcache_enabled'] ) ) {
			$php['opcache'] = array(
				'usedBytes' => (int) $state['memory_usage']['used_memory'],
				'freeBytes' => (int) $state['memory_usage']['free_memory'],
				'wastedPct' => round( (float) $state['memory_usage']['current_wasted_percentage'], 2 ),
				'scripts'   => (int) $state['opcache_statistics']['num_cached_scripts'],
				'hitPct'    => round( (float) $state['opcache_statistics']['opcache_hit_rate'], 2 ),
			);
		}
		return $php;
	}

	/**
	 * Plugins with their versions and the newer ones that WordPress knows of.
	 */
	private static function plugins(): array {
		$updates = get_site_transient( 'update_plugins' );
		$rows    = array();
		foreach ( array_slice( get_plugins(), 0, 500, true ) as $file => $data ) {
			$slug = strpos( $file, '/' ) ? dirname( $file ) : basename( $file, '.php' );
			$row  = array(
				'slug'    => self::brief( $slug ),
				'name'    => self::brief( wp_strip_all_tags( $data['Name'] ) ),
				'version' => self::brief( $data['Version'] ),
				'active'  => is_plugin_active( $file ),
			);
			if ( isset( $updates->response[ $file ]->new_version ) ) {
				$row['update'] = self::brief( $updates->response[ $file ]->new_version );
			}
			$rows[] = $row;
		}
		return $rows;
	}

	/**
	 * Themes with their versions and the newer ones that WordPress knows of.
	 */
	private static function themes(): array {
		$updates = get_site_transient( 'update_themes' );
		$active  = get_stylesheet();
		$rows    = array();
		foreach ( array_slice( wp_get_themes(), 0, 200, true ) as $slug => $theme ) {
			$row = array(
				'slug'    => self::brief( (string) $slug ),
				'version' => self::brief( (string) $theme->get( 'Version' ) ),
				'active'  => $slug === $active,
			);
			if ( isset( $updates->response[ $slug ]['new_version'] ) ) {
				$row['update'] = self::brief( $updates->response[ $slug ]['new_version'] );
			}
			$rows[] = $row;
		}
		return $rows;
	}

	/**
	 * How much scheduled work there is, and how late it is.
	 */
	private static function cron(): array {
		$now     = time();
		$events  = 0;
		$overdue = 0;
		$oldest  = $now;
		foreach ( (array) _get_cron_array() as $at => $hooks ) {
			if ( ! is_array( $hooks ) ) {
				continue;
			}
			$count   = array_sum( array_map( 'count', $hooks ) );
			$events += $count;
			if ( (int) $at < $now ) {
				$overdue += $count;
				$oldest   = min( $oldest, (int) $at );
			}
		}
		return array(
			'events'               => $events,
			'overdue'              => $overdue,
			'oldestOverdueSeconds' => $now - $oldest,
			'disabled'             => defined( 'DISABLE_WP_CRON' ) && DISABLE_WP_CRON,
		);
	}

	/**
	 * Bytes of the options that every request loads.
	 *
	 * @param \wpdb $wpdb The database.
	 */
	private static function autoloaded_bytes( $wpdb ): int {
		$values = function_exists( 'wp_autoload_values_to_autoload' ) ? wp_autoload_values_to_autoload() : array( 'yes' );
		$marks  = implode( ',', array_fill( 0, count( $values ), '%s' ) );
		// phpcs:ignore WordPress.DB -- asked by the agent, never for a visitor; the marks are placeholders.
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT SUM(LENGTH(option_value)) FROM $wpdb->options WHERE autoload IN ($marks)", $values ) );
	}

	/**
	 * A name that fits its bound.
	 *
	 * @param string $text Any text.
	 */
	private static function brief( string $text ): string {
		return mb_substr( $text, 0, 200 );
	}
}
