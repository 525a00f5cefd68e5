<?php
/**
 * How tags are spelt.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * `CLASS:NAME`, by docs/decisions/0007, as changes spell them too.
 */
final class Tag {
	/** Longest tag; bound of the protocol. */
	const BYTES = 120;

	/**
	 * What stands before the tags of a blog: nothing, unless there is a network.
	 *
	 * @param int $blog Its number.
	 */
	public static function prefix( int $blog ): string {
		return is_multisite() ? "b$blog." : '';
	}

	/**
	 * A tag. What may not be in it is percent-encoded, and what is too long ends in its hash.
	 *
	 * @param string $start Prefix and class, with the colon.
	 * @param string $name  Of what is tagged.
	 */
	public static function of( string $start, string $name ): string {
		$tag = $start . self::name( $name );
		return strlen( $tag ) > self::BYTES ? substr( $tag, 0, self::BYTES - 33 ) . '~' . md5( $tag ) : $tag;
	}

	/**
	 * A name as it may stand in a tag, perhaps with something behind it.
	 *
	 * @param string $name Of a post type or a taxonomy, which WordPress keeps short, or of an option.
	 */
	public static function name( string $name ): string {
		return ctype_graph( $name ) ? $name : (string) preg_replace_callback(
			'/[^!-~]/',
			static function ( $byte ) {
				return rawurlencode( $byte[0] );
			},
			$name
		);
	}
}
