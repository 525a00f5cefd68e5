<?php
/**
 * What a list of posts is bound to.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * As tags have it behind the type. One condition is enough, since a change has the tags of all that hold for the post; what a post must
 * not have is there besides, since it may lose it without appearing anywhere.
 */
final class Post_Conditions {
	/**
	 * The query.
	 *
	 * @var \WP_Query
	 */
	private $query;

	/**
	 * Its variables, as WordPress left them.
	 *
	 * @var array
	 */
	private $vars;

	/**
	 * Reads a query that was made.
	 *
	 * @param \WP_Query $query The query.
	 */
	public function __construct( \WP_Query $query ) {
		$this->query = $query;
		$this->vars  = $query->query_vars;
	}

	/**
	 * The conditions, each with its slash; an empty one is a list without.
	 *
	 * @return string[]
	 */
	public function all(): array {
		list( $terms, $no_terms )     = $this->terms();
		list( $authors, $no_authors ) = $this->authors();
		list( $parents, $no_parents ) = $this->parents();

		$not = array_merge( self::each( 'term', $no_terms ), self::each( 'user', $no_authors ), self::each( 'parent', $no_parents ) );
		if ( array() !== $terms ) {
			$bound = self::each( 'term', $terms );
		} elseif ( array() !== $authors ) {
			$bound = self::each( 'user', $authors );
		} elseif ( array() !== $parents ) {
			$bound = self::each( 'parent', $parents );
		} else {
			$bound = array( $this->date() );
		}
		return array() === $not ? $bound : array_merge( $bound, array( '' ), $not );
	}

	/**
	 * Conditions of one kind.
	 *
	 * @param string $kind Of the condition.
	 * @param int[]  $ids  What it is about.
	 * @return string[]
	 */
	private static function each( string $kind, array $ids ): array {
		return array_map(
			static function ( int $id ) use ( $kind ): string {
				return "/$kind:$id";
			},
			$ids
		);
	}

	/**
	 * Ids in a variable.
	 *
	 * @param string $name Of the variable.
	 * @return int[]
	 */
	private function ids( string $name ): array {
		return empty( $this->vars[ $name ] ) ? array() : array_values( array_filter( wp_parse_id_list( $this->vars[ $name ] ) ) );
	}

	/**
	 * Terms that posts must have, and those that they must not have.
	 *
	 * @return array{0:int[],1:int[]}
	 */
	private function terms(): array {
		$query = $this->query->tax_query;
		return $query instanceof \WP_Tax_Query && ! $this->query->is_singular ? Tax_Clauses::of( $query->queries ) : array( array(), array() );
	}

	/**
	 * Likewise authors. WordPress has taken numbers apart, and put the one of a name in the place of the number.
	 *
	 * @return array{0:int[],1:int[]}
	 */
	private function authors(): array {
		$in = $this->ids( 'author__in' );
		if ( isset( $this->vars['author_name'] ) && '' !== $this->vars['author_name'] ) {
			$in = array_filter( array( (int) $this->vars['author'] ) );
			if ( array() === $in ) {
				Reads::note( 'users', 'all' );
			}
		}
		return array( $in, $this->ids( 'author__not_in' ) );
	}

	/**
	 * Likewise parents. To be below nothing is no condition that a change could tell.
	 *
	 * @return array{0:int[],1:int[]}
	 */
	private function parents(): array {
		$parent = $this->vars['post_parent'] ?? '';
		if ( is_numeric( $parent ) ) {
			return array( array_filter( array( (int) $parent ) ), array() );
		}
		$in = empty( $this->vars['post_parent__in'] ) ? array() : wp_parse_id_list( $this->vars['post_parent__in'] );
		return array( in_array( 0, $in, true ) ? array() : $in, $this->ids( 'post_parent__not_in' ) );
	}

	/**
	 * The time that posts must be of.
	 */
	private function date(): string {
		$vars = $this->vars;
		if ( ! empty( $vars['m'] ) && is_scalar( $vars['m'] ) && preg_match( '/^(\d{4})(\d\d)?(\d\d)?/', (string) $vars['m'], $match ) ) {
			array_shift( $match );
			return '/date:' . implode( '-', $match );
		}
		$dates = array_filter( (array) ( $vars['date_query'] ?? array() ), 'is_array' );
		if ( empty( $vars['year'] ) && 1 === count( (array) ( $vars['date_query'] ?? array() ) ) && 1 === count( $dates ) ) {
			$vars = array_filter( reset( $dates ), 'is_int' ) + array( 'monthnum' => reset( $dates )['month'] ?? 0 );
			$vars = isset( reset( $dates )['compare'] ) || isset( reset( $dates )['column'] ) ? array() : $vars;
		}
		$date = '';
		foreach ( array( 'year' => '%04d', 'monthnum' => '-%02d', 'day' => '-%02d' ) as $part => $format ) {
			if ( empty( $vars[ $part ] ) || ! is_numeric( $vars[ $part ] ) ) {
				break;
			}
			$date .= sprintf( $format, $vars[ $part ] );
		}
		return '' === $date ? '' : "/date:$date";
	}
}
