<?php
/**
 * Whether pages have tags at the CDN.
 *
 * @package Platen
 */

namespace Platen\Cdn;

defined( 'ABSPATH' ) || exit;

/**
 * What stands before the tags of this site, so that sites in one zone don't purge each other: the agent says so where its gateway purges a CDN.
 */
final class Prefix {
	/** Autoloaded where there is one, and else not there. */
	const OPTION = 'platen_cdn';

	/** What it is, or nothing. */
	const PATTERN = '/^(?:[0-9a-f]{12})?$/D';

	/**
	 * The prefix; empty where pages are to have no tags. An option that is not there would cost a query, so it is looked for among those that
	 * WordPress has loaded anyway. Nor is it something that the page is made of.
	 */
	public static function present(): string {
		$prefix = wp_load_alloptions()[ self::OPTION ] ?? '';
		return is_string( $prefix ) && 1 === preg_match( self::PATTERN, $prefix ) ? $prefix : '';
	}

	/**
	 * Says what it is from now on.
	 *
	 * @param string $prefix Empty for none.
	 */
	public static function set( string $prefix ) {
		if ( '' === $prefix ) {
			delete_option( self::OPTION );
		} else {
			update_option( self::OPTION, $prefix, true );
		}
	}
}
