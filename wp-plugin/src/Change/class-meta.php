<?php
/**
 * Meta fields that change.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Fields of posts, terms, users and comments. WordPress speaks of them only if the value is another one.
 */
final class Meta {
	/** Fields of products that nobody may be told wrong for long. */
	const URGENT = array( '_price', '_stock', '_stock_status' );

	/** More objects than these are not looked up one by one. */
	const MOST = 2000;

	/**
	 * A field of a post changed.
	 *
	 * @param int|int[] $ids  Of the field.
	 * @param int       $post Id of the post.
	 * @param string    $key  Of the field.
	 */
	public static function action_post( $ids, $post, $key ) {
		if ( $post && ! Silent_Meta::of_post( (string) $key ) ) {
			Posts::changed( (int) $post, 'meta' );
			Request::change()->urgent = Request::change()->urgent || in_array( $key, self::URGENT, true );
			// While a post is saved, there is more to come.
			if ( ! Posts::remembered( (int) $post ) && ! doing_action( 'save_post' ) ) {
				Request::done();
			}
		}
	}

	/**
	 * A field of a term changed.
	 *
	 * @param int|int[] $ids  Of the field.
	 * @param int       $term Id of the term.
	 * @param string    $key  Of the field.
	 */
	public static function action_term( $ids, $term, $key ) {
		if ( $term && ! preg_match( Silent_Meta::COUNTER, (string) $key ) ) {
			Terms::touched( (int) $term );
		}
	}

	/**
	 * A field of a user changed.
	 *
	 * @param int|int[] $ids  Of the field.
	 * @param int       $user Id of the user.
	 * @param string    $key  Of the field.
	 */
	public static function action_user( $ids, $user, $key ) {
		if ( $user && ! Silent_Meta::of_user( (string) $key ) ) {
			Users::meta( (int) $user, (string) $key );
		}
	}

	/**
	 * A field of a comment changed.
	 *
	 * @param int|int[] $ids     Of the field.
	 * @param int       $comment Id of the comment.
	 * @param string    $key     Of the field.
	 */
	public static function action_comment( $ids, $comment, $key ) {
		if ( $comment && ! Silent_Meta::of_comment( (string) $key ) ) {
			Comments::action_edit_comment( $comment );
		}
	}

	/**
	 * A field of many posts will be deleted, as that of a featured image when it is deleted: whose it was can't be told later.
	 *
	 * @param int[]    $ids  Of the fields.
	 * @param int|null $post None, or it is the one post that action_post() hears of.
	 * @param string   $key  Of the field.
	 */
	public static function action_delete_of_posts( $ids, $post, $key ) {
		global $wpdb;
		if ( $post || Silent_Meta::of_post( (string) $key ) ) {
			return;
		}
		if ( count( $ids ) > self::MOST ) {
			Site::everything( 'updated' );
			return;
		}
		$ids = implode( ',', array_map( 'intval', $ids ) );
		// phpcs:ignore WordPress.DB -- integers; WordPress has no function for it.
		foreach ( $wpdb->get_col( "SELECT DISTINCT post_id FROM $wpdb->postmeta WHERE meta_id IN ($ids)" ) as $owner ) {
			Posts::changed( (int) $owner, 'meta' );
		}
	}
}
