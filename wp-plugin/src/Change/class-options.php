<?php
/**
 * Options that change.
 *
 * @package Platen
 */

namespace Platen\Change;

use Platen\Record\Sticky;
use Platen\Record\Volatile;

defined( 'ABSPATH' ) || exit;

/**
 * Settings, widgets, theme mods and whatever else is kept in options.
 */
final class Options {
	/** Options that decide of every page, and what it means that they change. */
	const EVERYTHING = array(
		'template'            => 'theme',
		'stylesheet'          => 'theme',
		'permalink_structure' => 'permalinks',
		'category_base'       => 'permalinks',
		'tag_base'            => 'permalinks',
		'home'                => 'permalinks',
		'siteurl'             => 'permalinks',
		'WPLANG'              => 'language',
		'db_version'          => 'core',
	);

	/**
	 * An option has another value.
	 *
	 * @param string $name   Of the option.
	 * @param mixed  $before Former value.
	 * @param mixed  $after  Present value.
	 */
	public static function action_updated_option( $name, $before, $after ) {
		if ( 'active_plugins' === $name ) {
			self::plugins( (array) $before, (array) $after );
			return;
		}
		self::changed( (string) $name );
		if ( Sticky::OPTION === $name ) {
			self::sticky( (array) $before, (array) $after );
		}
		if ( ! isset( self::EVERYTHING[ $name ] ) ) {
			Request::done();
		}
	}

	/**
	 * An option was added.
	 *
	 * @param string $name  Of the option.
	 * @param mixed  $value Its value.
	 */
	public static function action_added_option( $name, $value ) {
		self::action_updated_option( $name, array(), $value );
	}

	/**
	 * An option was deleted.
	 *
	 * @param string $name Of the option.
	 */
	public static function action_deleted_option( $name ) {
		if ( Sticky::OPTION === $name ) {
			// Nobody knows any more which posts they were.
			Site::everything( 'option.changed', (string) $name );
			return;
		}
		self::changed( (string) $name );
		Request::done();
	}

	/**
	 * An option of the network has another value, was added or deleted. No page notes that it read one.
	 *
	 * @param string $name Of the option.
	 */
	public static function action_site_option( $name ) {
		if ( is_multisite() && ! Volatile::is_option( (string) $name ) && ! self::is_derived( (string) $name ) ) {
			Site::everything( 'active_sitewide_plugins' === $name ? 'plugins' : 'network', '', true );
		}
	}

	/**
	 * Other posts stay on top.
	 *
	 * @param int[] $before Their ids.
	 * @param int[] $after  Likewise.
	 */
	private static function sticky( array $before, array $after ) {
		foreach ( array_merge( array_diff( $before, $after ), array_diff( $after, $before ) ) as $post ) {
			Request::change()->tags( array( Tag::of( 'sticky', (int) $post ) ) );
		}
	}

	/**
	 * Other plugins are active; in another order they are the same.
	 *
	 * @param string[] $before Files.
	 * @param string[] $after  Files.
	 */
	private static function plugins( array $before, array $after ) {
		if ( array_diff( $before, $after ) || array_diff( $after, $before ) ) {
			Site::everything( 'plugins' );
		}
	}

	/**
	 * An option changed.
	 *
	 * @param string $name Of the option.
	 */
	private static function changed( string $name ) {
		if ( isset( self::EVERYTHING[ $name ] ) ) {
			Site::everything( self::EVERYTHING[ $name ] );
			return;
		}
		if ( Volatile::is_option( $name ) || self::is_derived( $name ) ) {
			return;
		}
		$change = Request::change();
		$change->tags( array( Tag::of( 'option', $name ) ) );
		$change->say( ...self::event( $name ) );
		Site_Rules::may_be_anywhere( $change );
		Request::noted();
	}

	/**
	 * Whether WordPress works the option out from users, blogs or terms, whose own tags tell. The hierarchy of terms is even worked out
	 * again while the next page is shown.
	 *
	 * @param string $name Of the option.
	 */
	private static function is_derived( string $name ): bool {
		return 'user_count' === $name || 'blog_count' === $name || ( '_children' === substr( $name, -9 ) && taxonomy_exists( substr( $name, 0, -9 ) ) );
	}

	/**
	 * What happened, in words that an owner knows where there are any.
	 *
	 * @param string $name Of the option.
	 * @return string[]
	 */
	private static function event( string $name ): array {
		if ( 0 === strpos( $name, 'widget_' ) || 'sidebars_widgets' === $name ) {
			return array( 'widgets', '' );
		}
		if ( 0 === strpos( $name, 'theme_mods_' ) ) {
			return array( 'styles', '' );
		}
		return array( 'option.changed', $name );
	}
}
