<?php
/**
 * Authors whose posts come and go.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Finds out whether anybody begins or ends to have published posts, with one query for an author and a type.
 */
final class Authors {
	/**
	 * Ids of posts that came or went, by type and author.
	 *
	 * @var int[][]
	 */
	private $posts = array();

	/**
	 * Adds a post.
	 *
	 * @param Post_Difference $difference Of the post.
	 */
	public function add( Post_Difference $difference ) {
		$moved = $difference->appears_or_disappears();
		if ( ! $moved && $difference->before->row->post_author === $difference->after->row->post_author ) {
			return;
		}
		foreach ( array( $difference->before, $difference->after ) as $state ) {
			if ( $state->listed && is_post_type_viewable( $state->row->post_type ) && 'attachment' !== $state->row->post_type ) {
				$this->posts[ $state->row->post_type . ' ' . $state->row->post_author ][] = (int) $state->row->ID;
			}
		}
	}

	/**
	 * The tag of lists of users, if they are others now.
	 *
	 * @return string[]
	 */
	public function tags(): array {
		foreach ( $this->posts as $key => $posts ) {
			list( $type, $author ) = explode( ' ', $key );
			if ( ! self::has_others( $type, (int) $author, $posts ) ) {
				return array( Tag::of( 'users', 'all' ) );
			}
		}
		return array();
	}

	/**
	 * Whether an author has published anything besides.
	 *
	 * @param string $type   Post type.
	 * @param int    $author Id of the user.
	 * @param int[]  $posts  That don't count.
	 */
	private static function has_others( string $type, int $author, array $posts ): bool {
		global $wpdb;
		$ids = implode( ',', array_map( 'intval', $posts ) );
		// phpcs:ignore WordPress.DB -- integers; a cached answer would be that of before.
		return null !== $wpdb->get_var( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_author = %d AND post_type = %s AND post_status = 'publish' AND ID NOT IN ($ids) LIMIT 1", $author, $type ) );
	}
}
