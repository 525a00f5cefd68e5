<?php
/**
 * Terms by the names that queries use for them.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * A tag has a term's id, a query often its slug. WordPress itself looks the term up to build its SQL; here that is remembered, so that
 * nothing has to be asked again.
 */
final class Terms_Seen {
	/**
	 * Ids by blog, field, taxonomy and value.
	 *
	 * @var array<string,int>
	 */
	private static $ids = array();

	/**
	 * Remembers a term.
	 *
	 * @param mixed $term As the object cache has it; anything but an object is none.
	 */
	public static function note( $term ) {
		if ( ! is_object( $term ) || ! isset( $term->term_taxonomy_id, $term->taxonomy ) ) {
			return;
		}
		$id   = (int) $term->term_id;
		$blog = Reads::$prefix;

		self::$ids[ "$blog slug $term->taxonomy $term->slug" ]        = $id;
		self::$ids[ "$blog name $term->taxonomy $term->name" ]        = $id;
		self::$ids[ "$blog term_taxonomy_id $term->term_taxonomy_id" ] = $id;
	}

	/**
	 * The id of a term that this request has read; null where it has not.
	 *
	 * @param string     $prefix   Of the blog.
	 * @param string     $field    As WP_Tax_Query has it: slug, name or term_taxonomy_id.
	 * @param string     $taxonomy Its taxonomy.
	 * @param string|int $value    What the field is.
	 */
	public static function id( string $prefix, string $field, string $taxonomy, $value ): ?int {
		if ( 'term_taxonomy_id' === $field ) {
			return self::$ids[ "$prefix term_taxonomy_id $value" ] ?? null;
		}
		return self::$ids[ "$prefix $field $taxonomy $value" ] ?? self::$ids[ "$prefix $field $taxonomy " . sanitize_title( (string) $value ) ] ?? null;
	}
}
