<?php
/**
 * The line about a page.
 *
 * @package Platen
 */

namespace Platen\Record;

use Platen\Spool\Spool;

defined( 'ABSPATH' ) || exit;

/**
 * As spool.page of the protocol, and never too long: what is too much becomes tags of whole classes.
 */
final class Page_Line {
	/** The protocol's limits.spool.tagsPerPage. */
	const TAGS = 512;

	/** Room for all in a line but its tags: the URL, of which JSON may make six bytes of one, time and status. */
	const TAGS_BYTES = Spool::LINE_BYTES - 16384;

	/**
	 * The line.
	 *
	 * @param Visit    $visit   The request.
	 * @param int      $status  Of the answer.
	 * @param string[] $tags    What it was made of.
	 * @param bool     $partial Whether that is not all.
	 */
	public static function of( Visit $visit, int $status, array $tags, bool $partial ): array {
		$fit  = array_filter( $tags, array( self::class, 'is_short' ) );
		$line = array(
			'at'     => $visit->at,
			'url'    => $visit->url,
			'status' => $status,
			'tags'   => self::fold( array_values( $fit ) ),
		);
		return $partial || count( $fit ) < count( $tags ) ? $line + array( 'partial' => true ) : $line;
	}

	/**
	 * Whether the agent would take a tag: no name of core's is that long.
	 *
	 * @param string $tag The tag.
	 */
	private static function is_short( string $tag ): bool {
		return strlen( $tag ) <= Tag::BYTES;
	}

	/**
	 * The tags, or, where they are too many, those of the largest classes as one each.
	 *
	 * @param string[] $tags All.
	 * @return string[]
	 */
	public static function fold( array $tags ): array {
		while ( count( $tags ) > self::TAGS || strlen( implode( '","', $tags ) ) > self::TAGS_BYTES ) {
			$classes = array();
			foreach ( $tags as $tag ) {
				$classes[ substr( $tag, 0, strpos( $tag, ':' ) + 1 ) ][] = $tag;
			}
			$sizes = array_map( 'count', $classes );
			arsort( $sizes );
			$largest = key( $sizes );
			$tags    = array_merge( array_values( array_diff( $tags, $classes[ $largest ] ) ), array( $largest . '*' ) );
		}
		return $tags;
	}
}
