<?php
/**
 * Posts before and after one.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * The posts whose pages link to a post as the previous or the next one, of all and of those that share a term with it.
 */
final class Neighbours {
	/**
	 * Their URLs.
	 *
	 * @param Post_State $state Of the post; it may be gone.
	 * @return string[]
	 */
	public static function of( Post_State $state ): array {
		if ( is_post_type_hierarchical( $state->row->post_type ) ) {
			return array();
		}
		$urls  = array();
		$terms = self::same_term( $state );
		foreach ( $terms ? array( array(), $terms ) : array( array() ) as $condition ) {
			foreach ( array( 'before', 'after' ) as $side ) {
				foreach ( self::next( $state, $side, $condition ) as $post ) {
					$urls[] = (string) get_permalink( $post );
				}
			}
		}
		return $urls;
	}

	/**
	 * A condition that holds for posts with a term in common.
	 *
	 * @param Post_State $state Of the post.
	 */
	private static function same_term( Post_State $state ): array {
		$condition = array();
		foreach ( array_unique( $state->terms ) as $taxonomy ) {
			if ( is_taxonomy_hierarchical( $taxonomy ) ) {
				$condition[] = array(
					'taxonomy' => $taxonomy,
					'terms'    => array_keys( $state->terms, $taxonomy, true ),
				);
			}
		}
		return $condition ? array( 'relation' => 'OR' ) + $condition : array();
	}

	/**
	 * The next post on one side.
	 *
	 * @param Post_State $state     Of the post.
	 * @param string     $side      before or after.
	 * @param array      $condition Terms that it has to have.
	 * @return int[]
	 */
	private static function next( Post_State $state, string $side, array $condition ): array {
		return get_posts(
			array(
				'post_type'              => $state->row->post_type,
				'post_status'            => 'publish',
				'posts_per_page'         => 1,
				'fields'                 => 'ids',
				'order'                  => 'before' === $side ? 'DESC' : 'ASC',
				'date_query'             => array( array( $side => $state->row->post_date ) ),
				'tax_query'              => $condition, // phpcs:ignore WordPress.DB.SlowDBQuery -- when something is saved, not when a page is shown.
				'update_post_meta_cache' => false,
				'update_post_term_cache' => false,
			)
		);
	}
}
