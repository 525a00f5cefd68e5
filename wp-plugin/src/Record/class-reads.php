<?php
/**
 * What this request has read so far.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Tags are collected as array keys: most are noted hundreds of times a page.
 */
final class Reads {
	/** A transient of core that a tag stands for: whether there are several authors. */
	const IS_MULTI_AUTHOR = 'is_multi_author';

	/** Transients of core, which hold nothing that visitors see or nothing that tags don't tell: files, feeds of others, locks. */
	const CORE_TRANSIENT = '/^(?:timeout_|doing_cron$|theme_roots$|update_(?:core|plugins|themes)$|random_seed$|is_multi_author$|dirsize_cache$|wp_core_block_css_files$|wp_styles_for_blocks$|wp_theme_files_patterns-|wp_plugin_dependencies_|global_styles|feed_|rss_|oembed_|g_url_details_|scrape_key_|health-check-|settings_errors$)/';

	/**
	 * Tags as keys.
	 *
	 * @var array<string,true>
	 */
	public static $tags = array();

	/**
	 * Names of options as keys, by the prefix of their blog.
	 *
	 * @var array<string,array<string,true>>
	 */
	public static $options = array();

	/**
	 * What stands before the tags of the blog that WordPress is in.
	 *
	 * @var string
	 */
	public static $prefix = '';

	/**
	 * Whether something was read that no tag tells.
	 *
	 * @var bool
	 */
	public static $partial = false;

	/**
	 * Notes one tag of the present blog.
	 *
	 * @param string     $class_name What is before the colon.
	 * @param string|int $name       What is behind it.
	 */
	public static function note( string $class_name, $name ) {
		self::$tags[ self::$prefix . $class_name . ':' . $name ] = true;
	}

	/**
	 * Any option that is asked for. Called about a thousand times a page, so all that can wait does.
	 *
	 * @param mixed  $pre    Passed on.
	 * @param string $option Its name.
	 */
	public static function filter_pre_option( $pre, $option ) {
		self::$options[ self::$prefix ][ $option ] = true;
		return $pre;
	}

	/**
	 * Another blog of the network.
	 *
	 * @param int $blog Its number.
	 */
	public static function action_switch_blog( $blog ) {
		self::$prefix = Tag::prefix( (int) $blog );
	}

	/**
	 * Makes tags of the options.
	 */
	public static function settle_options() {
		foreach ( self::$options as $prefix => $names ) {
			foreach ( $names as $name => $true ) {
				if ( '_' === ( (string) $name )[0] && preg_match( '/^_(?:site_)?transient_(.*)$/s', $name, $match ) ) {
					self::settle_transient( $prefix, $match[1] );
				} elseif ( Sticky::OPTION !== $name && ! Volatile::is_option( (string) $name ) ) {
					self::$tags[ Tag::of( $prefix . 'option:', (string) $name ) ] = true;
				}
			}
		}
	}

	/**
	 * A transient of a plugin holds what was read in another request, so nobody knows of what.
	 *
	 * @param string $prefix Of the blog.
	 * @param string $name   Without what stands before it.
	 */
	private static function settle_transient( string $prefix, string $name ) {
		if ( self::IS_MULTI_AUTHOR === $name ) {
			self::$tags[ $prefix . 'users:all' ] = true;
		} elseif ( ! preg_match( self::CORE_TRANSIENT, $name ) ) {
			self::$partial = true;
		}
	}
}
