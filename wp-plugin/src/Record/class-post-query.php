<?php
/**
 * What a query of posts depends on.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * The posts that it found have tags by being read. This is about those that it would find tomorrow.
 */
final class Post_Query {
	/**
	 * The query.
	 *
	 * @var \WP_Query
	 */
	private $query;

	/**
	 * What it asked for, as WordPress left it.
	 *
	 * @var array
	 */
	private $vars;

	/**
	 * Whether somebody may tell from it how many pages there are.
	 *
	 * @var bool
	 */
	private $is_counted;

	/**
	 * Reads a query that was made.
	 *
	 * @param \WP_Query $query      The query.
	 * @param bool      $is_counted Whether somebody may tell from it how many pages there are.
	 */
	public function __construct( \WP_Query $query, bool $is_counted ) {
		$this->query      = $query;
		$this->vars       = $query->query_vars;
		$this->is_counted = $is_counted;
	}

	/**
	 * Notes its tags.
	 */
	public function note() {
		if ( $this->is_idle() ) {
			return;
		}
		if ( $this->query->is_comment_feed || ! empty( $this->vars['withcomments'] ) ) {
			$this->note_comments();
		}
		$ids = $this->ids();
		if ( array() !== $ids ) {
			foreach ( $ids as $id ) {
				Reads::note( 'post', $id );
			}
		} elseif ( '' !== $this->text( 'name' ) ) {
			$this->note_slug();
		} else {
			$this->note_list();
		}
	}

	/**
	 * Whether WordPress makes the query for an address that shows none of it.
	 */
	private function is_idle(): bool {
		return $this->query->is_main_query() && ( $this->query->is_robots() || $this->query->is_favicon() || '' !== $this->text( 'sitemap' ) );
	}

	/**
	 * A variable that is a word.
	 *
	 * @param string $name Of the variable.
	 */
	private function text( string $name ): string {
		return isset( $this->vars[ $name ] ) && is_scalar( $this->vars[ $name ] ) ? (string) $this->vars[ $name ] : '';
	}

	/**
	 * The posts that it is bound to; their order and whether they are shown is told by themselves.
	 *
	 * @return int[]
	 */
	private function ids(): array {
		$id = (int) $this->text( 'p' );
		return $id > 0 ? array( $id ) : array_map( 'absint', (array) ( $this->vars['post__in'] ?? array() ) );
	}

	/**
	 * The types that it asked for.
	 *
	 * @return string[]
	 */
	private function types(): array {
		$types = array_filter( (array) ( $this->vars['post_type'] ?? '' ), 'is_string' );
		if ( in_array( 'any', $types, true ) ) {
			return array( 'any' );
		}
		$types = array_filter( $types );
		if ( array() !== $types ) {
			return $types;
		}
		if ( '' !== $this->text( 'pagename' ) ) {
			return array( 'page' );
		}
		if ( '' !== $this->text( 'attachment' ) ) {
			return array( 'attachment' );
		}
		$taxonomies = isset( $this->query->tax_query->queried_terms ) ? array_keys( $this->query->tax_query->queried_terms ) : array();
		// WordPress takes every type that has the taxonomy; of words, every type that is searched.
		return '' !== $this->text( 's' ) || array() !== array_diff( $taxonomies, array( 'category', 'post_tag' ) ) ? array( 'any' ) : array( 'post' );
	}

	/**
	 * Notes a tag of each type.
	 *
	 * @param string $class_name list or order.
	 * @param string $condition  What stands behind the type, with its slash.
	 */
	private function note_types( string $class_name, string $condition ) {
		foreach ( $this->types() as $type ) {
			Reads::note( $class_name, Tag::name( $type ) . $condition );
		}
	}

	/**
	 * A post by its slug: it is read, unless nobody has the slug.
	 */
	private function note_slug() {
		foreach ( (array) $this->query->posts as $post ) {
			Reads::note( 'post', is_object( $post ) ? (int) $post->ID : (int) $post );
		}
		if ( empty( $this->query->posts ) ) {
			// WordPress has left but the last part of a path in the variable.
			$path = is_array( $this->query->query ) ? $this->query->query['pagename'] ?? '' : '';
			Slug::note( is_string( $path ) && '' !== $path ? $path : $this->text( 'name' ) );
		}
	}

	/**
	 * Comments that a feed shows.
	 */
	private function note_comments() {
		$post = $this->query->is_singular ? $this->query->post : null;
		Reads::note( 'comments', $post instanceof \WP_Post ? $post->ID : 'all' );
	}

	/**
	 * A list.
	 */
	private function note_list() {
		$window = Post_Window::of( $this->query->request );
		if ( $window ) {
			$window->note( $this->is_counted );
			return;
		}
		$slugs = array_filter( (array) ( $this->vars['post_name__in'] ?? array() ), 'is_string' );
		array_map( array( Slug::class, 'note' ), $slugs );
		foreach ( ( new Post_Conditions( $this->query ) )->all() as $condition ) {
			// Which posts there are at all is told by their slugs.
			if ( '' !== $condition || array() === $slugs ) {
				$this->note_types( 'list', $condition );
			}
		}
		if ( '' !== $this->text( 's' ) ) {
			$this->note_types( 'list', '/search' );
		}
		foreach ( ( new Post_Order( $this->query ) )->all() as $order ) {
			$this->note_types( 'order', '/' . $order );
		}
		if ( ! Post_Status::is_told( (array) ( $this->vars['post_status'] ?? '' ), $this->types() ) ) {
			Reads::$partial = true;
		}
	}
}
