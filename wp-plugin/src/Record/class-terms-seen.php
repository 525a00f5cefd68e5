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
	 * Terms with the prefix of their blog, in whatever form the object cache had them.
	 *
	 * @var array<int,array{0:string,1:object}>
	 */
	private static $terms = array();

	/**
	 * Their ids by blog, field, taxonomy and value, as far as they were needed.
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
		if ( is_object( $term ) ) {
			self::$terms[] = array( Reads::$prefix, $term );
		}
	}

	/**
	 * The id of a term that this request has read; null where it has not.
	 *
	 * @param string     $prefix   Of the blog.
	 * @param string     $field    As WP_Tax_Query has it: slug, name or term_taxonomy_id.
	 * @param string     $taxonomy Its taxonomy; of no matter for the last.
	 * @param string|int $value    What the field is.
	 */
	public static function id( string $prefix, string $field, string $taxonomy, $value ): ?int {
		self::index();
		if ( 'term_taxonomy_id' === $field ) {
			return self::$ids[ "$prefix $field $value" ] ?? null;
		}
		$id = self::$ids[ "$prefix $field $taxonomy $value" ] ?? null;
		// WordPress takes slugs in any spelling.
		return null === $id && 'slug' === $field ? self::$ids[ "$prefix slug $taxonomy " . sanitize_title( (string) $value ) ] ?? null : $id;
	}

	/**
	 * Puts the terms in order.
	 */
	private static function index() {
		foreach ( self::$terms as list( $blog, $term ) ) {
			if ( isset( $term->term_id, $term->term_taxonomy_id, $term->taxonomy, $term->slug, $term->name ) ) {
				self::$ids[ "$blog slug $term->taxonomy $term->slug" ]         = (int) $term->term_id;
				self::$ids[ "$blog name $term->taxonomy $term->name" ]         = (int) $term->term_id;
				self::$ids[ "$blog term_taxonomy_id $term->term_taxonomy_id" ] = (int) $term->term_id;
			}
		}
		self::$terms = array();
	}
}
