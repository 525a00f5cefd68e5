<?php
/**
 * What a page's answer tells nginx.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * When it was begun, and whether it shall take the place of an old copy.
 */
final class Headers {
	/** Microseconds since 1970. nginx keeps it with the copy. */
	const MADE = 'X-Platen-Made';

	/** Overrules how long nginx would keep an answer by its status. */
	const KEEP = 'X-Accel-Expires';

	/**
	 * Whether KEEP is ours.
	 *
	 * @var bool
	 */
	private static $kept = false;

	/**
	 * Says when the page was begun.
	 *
	 * @param int $at Microseconds since 1970.
	 */
	public static function made( int $at ) {
		if ( ! headers_sent() ) {
			header( self::MADE . ': ' . $at );
		}
	}

	/**
	 * Has nginx keep an answer for a second that it would not keep by itself: else the old copy stays. One that sets a cookie is for one
	 * visitor, and never kept.
	 *
	 * @param int $status Of the answer.
	 */
	public static function replace_old_copy( int $status ) {
		if ( headers_sent() ) {
			return;
		}
		$replaces = 200 !== $status && 304 !== $status && ! Visit::is_of_the_moment( $status ) && array() === preg_grep( '/^Set-Cookie:/i', headers_list() );
		if ( $replaces && ! self::$kept ) {
			header( self::KEEP . ': 1' );
		} elseif ( self::$kept && ! $replaces ) {
			header_remove( self::KEEP );
		}
		self::$kept = $replaces;
	}
}
