<?php
/**
 * The terms of a query of posts.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the clauses of WP_Tax_Query: of those that must all hold one is enough, of those that may hold all are needed.
 */
final class Tax_Clauses {
	/**
	 * Terms that posts must have one of, and terms that they must not have; none of either where nothing is said.
	 *
	 * @param array $queries As WP_Tax_Query has them.
	 * @return array{0:int[],1:int[]}
	 */
	public static function of( array $queries ): array {
		$is_or = isset( $queries['relation'] ) && 'OR' === strtoupper( $queries['relation'] );
		$in    = array();
		$not   = array();
		$open  = false;
		foreach ( $queries as $key => $clause ) {
			if ( 'relation' === $key || ! is_array( $clause ) ) {
				continue;
			}
			list( $ids, $without ) = isset( $clause['taxonomy'] ) || isset( $clause['terms'] ) ? self::clause( $clause ) : self::of( $clause );

			$not  = array_merge( $not, $without );
			$open = $open || array() === $ids;
			if ( $is_or ) {
				$in = array_merge( $in, $ids );
			} elseif ( array() === $in ) {
				$in = $ids;
			}
		}
		return array( $is_or && $open ? array() : array_values( array_unique( $in ) ), $not );
	}

	/**
	 * One clause.
	 *
	 * @param array $clause As WP_Tax_Query has it.
	 * @return array{0:int[],1:int[]}
	 */
	private static function clause( array $clause ): array {
		$operator = strtoupper( $clause['operator'] ?? 'IN' );
		if ( 'IN' === $operator || 'AND' === $operator ) {
			return array( self::ids( $clause ), array() );
		}
		if ( 'NOT IN' === $operator ) {
			return array( array(), self::ids( $clause ) );
		}
		// To have any term at all, or none.
		Reads::$partial = true;
		return array( array(), array() );
	}

	/**
	 * The ids of a clause's terms. A term that is not there may come to be.
	 *
	 * @param array $clause As WP_Tax_Query has it.
	 * @return int[]
	 */
	private static function ids( array $clause ): array {
		$field    = $clause['field'] ?? 'term_id';
		$taxonomy = (string) ( $clause['taxonomy'] ?? '' );
		$ids      = array();
		foreach ( (array) ( $clause['terms'] ?? array() ) as $term ) {
			$id = in_array( $field, array( 'slug', 'name', 'term_taxonomy_id' ), true ) ? Terms_Seen::id( Reads::$prefix, $field, $taxonomy, $term ) : (int) $term;
			if ( $id ) {
				$ids[] = $id;
			} elseif ( '' !== $taxonomy ) {
				Reads::note( 'terms', Tag::name( $taxonomy ) );
			} else {
				Reads::$partial = true;
			}
		}
		return $ids;
	}
}
