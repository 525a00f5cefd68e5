<?php
/**
 * Addresses that are nobody's yet.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * A page that looked for a post by its slug and found none changes when one comes to have it; and where WordPress led the visitor to a post
 * with a slug that only begins so, or could have, when one comes to have such a slug.
 */
final class Slug {
	/** So much is told apart of how slugs begin. */
	const LENGTH = 12;

	/**
	 * Notes that nobody had an address.
	 *
	 * @param string $path A slug, or several with slashes between them, each of which has to be somebody's.
	 */
	public static function note( string $path ) {
		$slugs = self::slugs( $path );
		if ( array() === $slugs ) {
			self::note_any();
		}
		foreach ( $slugs as $slug ) {
			Reads::$tags[ Tag::of( Reads::$prefix . 'slug:', "=$slug" ) ] = true;
		}
	}

	/**
	 * Notes that a slug was looked for which begins like an address.
	 *
	 * @param string $name The last part of the address.
	 */
	public static function note_start( string $name ) {
		$slugs = self::slugs( $name );
		if ( array() === $slugs ) {
			self::note_any();
		}
		foreach ( $slugs as $slug ) {
			Reads::note( 'slug', substr( Tag::name( $slug ), 0, self::LENGTH ) );
		}
	}

	/**
	 * What is noted of a slug: itself, and all that it begins with.
	 *
	 * @param string $slug Of a post.
	 * @return string[]
	 */
	public static function names( string $slug ): array {
		$slug  = strtolower( $slug );
		$name  = Tag::name( $slug );
		$names = array( "=$slug" );
		$most  = min( self::LENGTH, strlen( $name ) );
		for ( $length = 1; $length <= $most; $length++ ) {
			$names[] = substr( $name, 0, $length );
		}
		return $names;
	}

	/**
	 * The slugs of an address.
	 *
	 * @param string $path With slashes between them.
	 * @return string[]
	 */
	private static function slugs( string $path ): array {
		return array_filter( array_map( 'sanitize_title', explode( '/', $path ) ), 'strlen' );
	}

	/**
	 * Notes that any slug may be meant.
	 */
	private static function note_any() {
		Reads::note( 'list', 'any' );
		Reads::note( 'order', 'any/name' );
	}
}
