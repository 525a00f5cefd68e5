<?php
/**
 * What a query of terms depends on.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Terms of posts belong to the posts, terms by id are read; the rest is a list, or a name that nobody may have yet.
 */
final class Term_Query {
	/**
	 * Notes its tags.
	 *
	 * @param array $vars Its variables, as WordPress left them.
	 */
	public static function note( array $vars ) {
		$taxonomies = array_map( 'strval', array_filter( (array) ( $vars['taxonomy'] ?? array() ) ) );
		if ( ! empty( $vars['object_ids'] ) ) {
			if ( array( 'link_category' ) !== $taxonomies ) {
				self::note_ids( 'post', $vars['object_ids'] );
			}
			return;
		}
		if ( ! empty( $vars['include'] ) ) {
			self::note_ids( 'term', $vars['include'] );
			return;
		}
		if ( self::is_found( 'slug', $vars, $taxonomies ) || self::is_found( 'name', $vars, $taxonomies ) || self::is_found( 'term_taxonomy_id', $vars, array( '' ) ) ) {
			return;
		}
		foreach ( array() === $taxonomies ? array( '*' ) : $taxonomies as $taxonomy ) {
			Reads::note( 'terms', Tag::name( $taxonomy ) );
		}
	}

	/**
	 * Notes objects by their ids.
	 *
	 * @param string           $class_name Of the tags.
	 * @param int[]|string|int $ids        As WP_Term_Query has them.
	 */
	private static function note_ids( string $class_name, $ids ) {
		foreach ( wp_parse_id_list( $ids ) as $id ) {
			Reads::note( $class_name, $id );
		}
	}

	/**
	 * Whether terms were asked for by a field, and each was read: then their own tags tell.
	 *
	 * @param string   $field      Of the terms.
	 * @param array    $vars       Variables of the query.
	 * @param string[] $taxonomies Where they were looked for.
	 */
	private static function is_found( string $field, array $vars, array $taxonomies ): bool {
		if ( empty( $vars[ $field ] ) || 1 !== count( $taxonomies ) ) {
			return false;
		}
		foreach ( (array) $vars[ $field ] as $value ) {
			if ( null === Terms_Seen::id( Reads::$prefix, $field, reset( $taxonomies ), $value ) ) {
				return false;
			}
		}
		return true;
	}
}
