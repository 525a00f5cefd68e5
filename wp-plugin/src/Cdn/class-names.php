<?php
/**
 * How tags at the CDN are called and spelt.
 *
 * @package Platen
 */

namespace Platen\Cdn;

defined( 'ABSPATH' ) || exit;

/**
 * Names as docs/decisions/0010 lists them, which the agent derives from what changes: the corpus in protocol/test/corpus/plugin/cdn-tags.json
 * holds both to the same.
 */
final class Names {
	/** The protocol's limits.cdn.pageTags. */
	const MOST = 16;

	/** Every page has it. */
	const SITE = 'site';

	/** Classes that become one where a page has too many, what changes least first. */
	const FOLDING = array( 'term', 'user', 'post', 'list' );

	/**
	 * What stands for anything that is shown.
	 *
	 * @param string $prefix Of the blog.
	 * @return string[]
	 */
	public static function all( string $prefix ): array {
		$names = array();
		foreach ( array( 'post:*', 'list:*', 'term:*', 'user:*', 'users:all', 'comments:all' ) as $name ) {
			$names[] = $prefix . $name;
		}
		return $names;
	}

	/**
	 * The name of something that the recorder has a tag of; empty where it is no page's own subject.
	 *
	 * @param string $tag As docs/decisions/0007 lists them.
	 */
	public static function of( string $tag ): string {
		if ( ! preg_match( '/^((?:b\d+\.)?)([a-z]+):(.+)$/D', $tag, $parts ) ) {
			return '';
		}
		list( , $prefix, $class_name, $name ) = $parts;
		switch ( $class_name ) {
			case 'post':
			case 'term':
			case 'user':
			case 'terms':
			case 'users':
				return $tag;
			case 'termslug':
				return "{$prefix}term:$name";
			case 'comments':
				return 'all' === $name ? $tag : "{$prefix}post:$name";
			case 'count':
				return "{$prefix}post:$name";
			case 'slug':
				return "{$prefix}slug:any";
			case 'order':
				return $prefix . 'order:' . preg_replace( '#/[^/]*$#D', '', $name );
			case 'list':
				return $prefix . 'list:' . preg_replace( '#/newest:\d+$#D', '', $name );
			default:
				return '';
		}
	}

	/**
	 * As many names as a page may have: where they are too many, one stands for each class.
	 *
	 * @param string[] $names All, each once.
	 * @return string[]
	 */
	public static function fold( array $names ): array {
		foreach ( self::FOLDING as $class_name ) {
			if ( count( $names ) <= self::MOST ) {
				return $names;
			}
			$folded = preg_grep( "/^(?:b\d+\.)?$class_name:/", $names );
			$names  = array_diff( $names, $folded );
			foreach ( $folded as $name ) {
				$names[] = substr( $name, 0, strpos( $name, ':' ) ) . ':*';
			}
			$names = array_values( array_unique( $names ) );
		}
		return $names;
	}

	/**
	 * A name's tag, which tells nobody what it is of.
	 *
	 * @param string $name In printable ASCII.
	 */
	public static function tag( string $name ): string {
		return hash( 'fnv1a32', $name );
	}
}
