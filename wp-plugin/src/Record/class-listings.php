<?php
/**
 * Lists and numbers that core makes without a query of posts.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Each passes on what it is given.
 */
final class Listings {
	/**
	 * Archives by month, year and so on.
	 *
	 * @param string $where SQL.
	 * @param array  $args  Arguments of wp_get_archives().
	 */
	public static function filter_getarchives_where( $where, $args ) {
		$type = Tag::name( (string) ( $args['post_type'] ?? 'post' ) );
		Reads::note( 'list', $type );
		if ( 'alpha' === ( $args['type'] ?? '' ) ) {
			Reads::note( 'order', "$type/title" );
		}
		return $where;
	}

	/**
	 * Pages, which have SQL of their own up to WordPress 6.2.
	 *
	 * @param \WP_Post[] $pages What was found.
	 * @param array      $args  Arguments of get_pages().
	 */
	public static function filter_get_pages( $pages, $args ) {
		$type = Tag::name( (string) ( $args['post_type'] ?? 'page' ) );
		Reads::note( 'list', empty( $args['parent'] ) || $args['parent'] < 0 ? $type : "$type/parent:" . (int) $args['parent'] );
		if ( ! empty( $args['meta_key'] ) ) {
			Reads::note( 'order', "$type/meta" );
		}
		// Where all are there, those that are tell of their order.
		if ( ! empty( $args['number'] ) && count( $pages ) >= $args['number'] ) {
			foreach ( preg_split( '/[\s,]+/', (string) ( $args['sort_column'] ?? 'post_title' ) ) as $column ) {
				if ( isset( Post_Order::ORDERS[ $column ] ) ) {
					Reads::note( 'order', $type . '/' . Post_Order::ORDERS[ $column ] );
				}
			}
		}
		return $pages;
	}

	/**
	 * The items of a menu, for which WordPress asks only where it has any.
	 *
	 * @param object[] $items What was found.
	 * @param object   $menu  The menu.
	 */
	public static function filter_nav_menu_items( $items, $menu ) {
		Reads::note( 'list', 'nav_menu_item/term:' . (int) $menu->term_id );
		return $items;
	}

	/**
	 * How many posts an author has.
	 *
	 * @param int             $count The number.
	 * @param int             $user  The author.
	 * @param string|string[] $types Post types.
	 */
	public static function filter_usernumposts( $count, $user, $types ) {
		foreach ( (array) $types as $type ) {
			Reads::note( 'list', Tag::name( (string) $type ) . '/user:' . (int) $user );
		}
		return $count;
	}

	/**
	 * How many comments a post has.
	 *
	 * @param int $count The number.
	 * @param int $post  The post.
	 */
	public static function filter_comments_number( $count, $post ) {
		Reads::note( 'count', (int) $post );
		return $count;
	}

	/**
	 * An answer of the REST API. One about a term says how many posts have it, which is no other read than that of its name.
	 *
	 * @param mixed $response Passed on.
	 */
	public static function filter_rest_response( $response ) {
		$data = $response instanceof \WP_REST_Response ? $response->get_data() : null;
		if ( is_array( $data ) && isset( $data['taxonomy'], $data['count'] ) && is_string( $data['taxonomy'] ) ) {
			Reads::note( 'terms', Tag::name( $data['taxonomy'] ) );
		}
		return $response;
	}
}
