<?php
/**
 * Addresses that are nobody's yet.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * A page that looked for a post by its slug and found none changes when one comes to have it, or only a slug that begins so, to which
 * WordPress leads visitors then. So both sides name how slugs begin.
 */
final class Slug {
	/** So much of a slug is told apart. */
	const LENGTH = 12;

	/**
	 * Notes that nobody had an address.
	 *
	 * @param string $path A slug, or several with slashes between them, each of which has to be somebody's.
	 */
	public static function note( string $path ) {
		$slugs = array_filter( array_map( 'sanitize_title', explode( '/', $path ) ), 'strlen' );
		if ( array() === $slugs ) {
			Reads::note( 'list', 'any' );
			Reads::note( 'order', 'any/name' );
		}
		foreach ( $slugs as $slug ) {
			Reads::note( 'slug', substr( Tag::name( $slug ), 0, self::LENGTH ) );
		}
	}

	/**
	 * All that a slug begins with.
	 *
	 * @param string $slug Of a post.
	 * @return string[]
	 */
	public static function starts( string $slug ): array {
		$starts = array();
		$name   = Tag::name( strtolower( $slug ) );
		$most   = min( self::LENGTH, strlen( $name ) );
		for ( $length = 1; $length <= $most; $length++ ) {
			$starts[] = substr( $name, 0, $length );
		}
		return $starts;
	}
}
