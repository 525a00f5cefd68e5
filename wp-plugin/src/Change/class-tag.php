<?php
/**
 * What a change is called, so that pages made of it are found.
 *
 * @package Platen
 */

namespace Platen\Change;

use Platen\Record\Tag as Spelling;

defined( 'ABSPATH' ) || exit;

/**
 * Tags as docs/decisions/0007 lists them.
 */
final class Tag {
	/**
	 * A tag of the present blog.
	 *
	 * @param string     $kind Class of the tag, such as post.
	 * @param string|int $name Of what changed.
	 */
	public static function of( string $kind, $name ): string {
		return Spelling::of( Spelling::prefix( get_current_blog_id() ) . $kind . ':', (string) $name );
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
