<?php
/**
 * What a change is called, so that pages made of it are found.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Tags as docs/decisions/0007 lists them.
 */
final class Tag {
	/** Longest tag; bound of the protocol. */
	const BYTES = 120;

	/**
	 * A tag of the present blog. What may not be in a tag is percent-encoded, and what is too long ends in its hash.
	 *
	 * @param string     $kind Class of the tag, such as post.
	 * @param string|int $name Of what changed.
	 */
	public static function of( string $kind, $name ): string {
		$name = preg_replace_callback(
			'/[^!-~]/',
			static function ( $byte ) {
				return rawurlencode( $byte[0] );
			},
			(string) $name
		);
		$tag  = ( is_multisite() ? 'b' . get_current_blog_id() . '.' : '' ) . $kind . ':' . $name;
		return strlen( $tag ) > self::BYTES ? substr( $tag, 0, self::BYTES - 33 ) . '~' . md5( $tag ) : $tag;
	}

	/**
	 * Tags of lists of a type that a condition holds for. Queries for `any` type leave out what searches leave out.
	 *
	 * @param string $kind      Class: list or order.
	 * @param string $type      Post type.
	 * @param string $condition With its slash; empty for lists without any.
	 * @return string[]
	 */
	public static function lists( string $kind, string $type, string $condition = '' ): array {
		$object = get_post_type_object( $type );
		$tags   = array( self::of( $kind, $type . $condition ) );
		if ( ! $object || ! $object->exclude_from_search ) {
			$tags[] = self::of( $kind, 'any' . $condition );
		}
		return $tags;
	}
}
