<?php
/**
 * Comments that change.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Comments that visitors see or saw, on posts that they see.
 */
final class Comments {
	/** Comments that lists leave out: notes of editors. */
	const SILENT = array( 'note' );

	/**
	 * A comment was written.
	 *
	 * @param int         $id      Of the comment.
	 * @param \WP_Comment $comment The comment.
	 */
	public static function action_wp_insert_comment( $id, $comment ) {
		self::changed( $comment, (string) $comment->comment_approved );
		Request::done();
	}

	/**
	 * A comment was edited, or a meta field of it.
	 *
	 * @param int $id Of the comment.
	 */
	public static function action_edit_comment( $id ) {
		$comment = get_comment( $id );
		if ( $comment ) {
			self::changed( $comment, (string) $comment->comment_approved );
			Request::done();
		}
	}

	/**
	 * A comment was approved, disapproved, marked as spam, trashed or deleted.
	 *
	 * @param string      $status  New one.
	 * @param string      $former  Former one.
	 * @param \WP_Comment $comment The comment.
	 */
	public static function action_transition_comment_status( $status, $former, $comment ) {
		self::changed( $comment, in_array( 'approved', array( $status, $former ), true ) ? '1' : '0' );
		Request::done();
	}

	/**
	 * The number of comments of a post is another one.
	 *
	 * @param int $id Of the post.
	 */
	public static function counted( int $id ) {
		$post = self::seen( $id );
		if ( $post ) {
			Request::change()->tags( array_merge( array( Tag::of( 'count', $id ) ), Tag::lists( 'order', $post->post_type, '/comment_count' ) ) );
			self::note( $post );
		}
	}

	/**
	 * Something about a comment changed.
	 *
	 * @param \WP_Comment $comment The comment.
	 * @param string      $visible 1 if it can or could be seen.
	 */
	private static function changed( $comment, string $visible ) {
		if ( '1' !== $visible || in_array( $comment->comment_type, self::SILENT, true ) ) {
			return;
		}
		$post = self::seen( (int) $comment->comment_post_ID );
		if ( $post ) {
			Request::change()->tags( array( Tag::of( 'comments', $post->ID ), Tag::of( 'comments', 'all' ) ) );
			self::note( $post );
		}
	}

	/**
	 * A post whose comments can be seen.
	 *
	 * @param int $id Of the post.
	 */
	private static function seen( int $id ): ?\WP_Post {
		$post = $id ? get_post( $id ) : null;
		return $post && is_post_type_viewable( $post->post_type ) && Post_State::is_public( $post ) ? $post : null;
	}

	/**
	 * Says so, and where it shows by rule.
	 *
	 * @param \WP_Post $post Whose comments they are.
	 */
	private static function note( $post ) {
		$change = Request::change();
		$change->say( 'commented', $post->post_title );
		$link = (string) get_permalink( $post );
		if ( ! isset( $change->urls[ $link ] ) && count( $change->urls ) < Lines::MOST['urls'] ) {
			$change->page( $link );
			$change->archive( home_url( '/' ) );
			if ( false === strpos( $link, '?' ) && untrailingslashit( $link ) !== untrailingslashit( home_url() ) ) {
				$change->tree( trailingslashit( $link ) . 'comment-page-' );
				$change->tree( trailingslashit( $link ) . $GLOBALS['wp_rewrite']->feed_base );
			} else {
				$change->tree( $link . '&' );
			}
			$change->tree( get_feed_link( 'comments_rss2' ) );
			Site_Rules::rest( $change, 'wp/v2/comments' );
			Site_Rules::rest( $change, Post_Addresses::route( $post->post_type ), $post->ID );
		}
		Request::noted();
	}
}
