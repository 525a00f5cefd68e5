<?php
/**
 * What a query of comments depends on.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Comments below certain posts, or below any.
 */
final class Comment_Query {
	/**
	 * Notes its tags.
	 *
	 * @param array $vars Its variables, as WordPress left them.
	 */
	public static function note( array $vars ) {
		$posts = empty( $vars['post_id'] ) ? wp_parse_id_list( $vars['post__in'] ?? array() ) : array( (int) $vars['post_id'] );
		foreach ( array() === $posts ? array( 'all' ) : $posts as $post ) {
			Reads::note( 'comments', $post );
		}
	}
}
