<?php
/**
 * Terms that change.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Categories, tags, menus and the like: made, edited, moved or deleted.
 */
final class Terms {
	/**
	 * Terms as they were: slug, link and ancestors, by blog and term.
	 *
	 * @var array[][]
	 */
	private static $before = array();

	/**
	 * A term was made.
	 *
	 * @param int    $term     Id of the term.
	 * @param int    $tt_id    Not needed.
	 * @param string $taxonomy Of the term.
	 */
	public static function action_created_term( $term, $tt_id, $taxonomy ) {
		self::note( 'created', (int) $term, (string) $taxonomy, (string) get_term_field( 'name', $term, $taxonomy, 'raw' ) );
		Request::noted();
		Request::done();
	}

	/**
	 * A term will be edited or deleted.
	 *
	 * @param int    $term     Id of the term.
	 * @param string $taxonomy Of the term.
	 */
	public static function action_remember( $term, $taxonomy ) {
		self::$before[ get_current_blog_id() ][ $term ] = self::state( (int) $term, (string) $taxonomy );
	}

	/**
	 * A term was edited: if it has another parent, its posts are in other lists.
	 *
	 * @param int    $term     Id of the term.
	 * @param int    $tt_id    Not needed.
	 * @param string $taxonomy Of the term.
	 */
	public static function action_edited_term( $term, $tt_id, $taxonomy ) {
		$before = self::take( (int) $term );
		$after  = self::state( (int) $term, (string) $taxonomy );
		self::note( 'updated', (int) $term, (string) $taxonomy, (string) get_term_field( 'name', $term, $taxonomy, 'raw' ) );
		$moved = array_merge( array_diff( $before['above'], $after['above'] ), array_diff( $after['above'], $before['above'] ) );
		foreach ( $moved as $ancestor ) {
			foreach ( get_taxonomy( $taxonomy )->object_type as $type ) {
				Request::change()->tags( Tag::lists( 'list', $type, '/term:' . $ancestor ) );
			}
		}
		if ( $before['slug'] !== $after['slug'] ) {
			Request::change()->tags( array( Tag::of( 'termslug', (int) $term ) ) );
		}
		self::leave( $before['link'], $after['link'] );
	}

	/**
	 * A term was deleted. The posts that had it are heard of one by one.
	 *
	 * @param int      $term     Id of the term.
	 * @param int      $tt_id    Not needed.
	 * @param string   $taxonomy Of the term.
	 * @param \WP_Term $row      As it was.
	 */
	public static function action_delete_term( $term, $tt_id, $taxonomy, $row ) {
		$before = self::take( (int) $term );
		self::note( 'deleted', (int) $term, (string) $taxonomy, (string) $row->name );
		Request::change()->tags( array( Tag::of( 'termslug', (int) $term ) ) );
		self::leave( $before['link'], '' );
	}

	/**
	 * A menu was saved.
	 *
	 * @param int $menu Id of its term.
	 */
	public static function action_wp_update_nav_menu( $menu ) {
		Request::change()->tags( array_merge( array( Tag::of( 'term', (int) $menu ) ), Tag::lists( 'list', 'nav_menu_item', '/term:' . (int) $menu ) ) );
		Request::change()->say( 'menu' );
		Site_Rules::may_be_anywhere( Request::change() );
		Request::noted();
		Request::done();
	}

	/**
	 * A meta field of a term changed.
	 *
	 * @param int $id Of the term.
	 */
	public static function touched( int $id ) {
		$term = get_term( $id );
		if ( $term instanceof \WP_Term ) {
			Request::change()->tags( array( Tag::of( 'term', $id ) ) );
			Request::change()->say( 'updated', $term->name );
			Request::change()->archive( is_taxonomy_viewable( $term->taxonomy ) ? get_term_link( $term ) : '' );
			Request::noted();
		}
	}

	/**
	 * Slug, link and ancestors of a term.
	 *
	 * @param int    $term     Id of the term.
	 * @param string $taxonomy Of the term.
	 */
	private static function state( int $term, string $taxonomy ): array {
		$link = is_taxonomy_viewable( $taxonomy ) ? get_term_link( $term, $taxonomy ) : '';
		return array(
			'slug'  => (string) get_term_field( 'slug', $term, $taxonomy, 'raw' ),
			'link'  => is_string( $link ) ? $link : '',
			'above' => is_taxonomy_hierarchical( $taxonomy ) ? get_ancestors( $term, $taxonomy, 'taxonomy' ) : array(),
		);
	}

	/**
	 * What is remembered of a term, once.
	 *
	 * @param int $term Id of the term.
	 */
	private static function take( int $term ): array {
		$blog   = get_current_blog_id();
		$before = self::$before[ $blog ][ $term ] ?? array(
			'slug'  => '',
			'link'  => '',
			'above' => array(),
		);
		unset( self::$before[ $blog ][ $term ] );
		return $before;
	}

	/**
	 * Writes at once if a term's archive isn't there any more.
	 *
	 * @param string $before Former link.
	 * @param string $after  Present link, if any.
	 */
	private static function leave( string $before, string $after ) {
		$left = '' !== $before && $before !== $after;
		if ( $left ) {
			Request::change()->hide( array( $before, false === strpos( $before, '?' ) ? trailingslashit( $before ) . user_trailingslashit( $GLOBALS['wp_rewrite']->feed_base, 'feed' ) : '' ) );
			Request::change()->archive( $before );
		}
		Request::noted( $left );
		Request::done();
	}

	/**
	 * Tags and rules of a term.
	 *
	 * @param string $event    What happened.
	 * @param int    $term     Id of the term.
	 * @param string $taxonomy Of the term.
	 * @param string $name     Of the term.
	 */
	private static function note( string $event, int $term, string $taxonomy, string $name ) {
		$change = Request::change();
		$object = get_taxonomy( $taxonomy );
		$change->tags( array( Tag::of( 'term', $term ), Tag::of( 'terms', $taxonomy ) ) );
		$change->say( 'nav_menu' === $taxonomy ? 'menu' : $event, $name );
		if ( $object && ( $object->publicly_queryable || 'nav_menu' === $taxonomy ) ) {
			Site_Rules::may_be_anywhere( $change );
			Site_Rules::sitemaps( $change, $taxonomy );
			Site_Rules::rest( $change, rest_get_route_for_taxonomy_items( $taxonomy ), $term );
			$change->archive( is_taxonomy_viewable( $taxonomy ) ? get_term_link( $term, $taxonomy ) : '' );
		}
	}
}
