<?php
/**
 * What WordPress says about posts.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Callbacks of hooks before and after posts change.
 */
final class Post_Hooks {
	/**
	 * Post whose comments are being counted: WordPress cleans its cache then, as if it had been saved.
	 *
	 * @var int
	 */
	private static $counting = 0;

	/**
	 * A post will be saved, trashed, restored or deleted.
	 *
	 * @param int $post Id of the post.
	 */
	public static function action_remember( $post ) {
		Posts::remember( (int) $post );
	}

	/**
	 * Before it goes to the trash a post loses its name, which is kept in a meta field first.
	 *
	 * @param int    $post Id of the post.
	 * @param string $key  Of the meta field.
	 */
	public static function action_add_post_meta( $post, $key ) {
		if ( '_wp_desired_post_slug' === $key ) {
			Posts::remember( (int) $post );
		}
	}

	/**
	 * A post has, or is given, a status. Scheduled posts are published without being saved.
	 *
	 * @param string   $status Of the post.
	 * @param string   $former Before; `new` where there was no post.
	 * @param \WP_Post $post   The post.
	 */
	public static function action_transition_post_status( $status, $former, $post ) {
		Posts::had_status( $post, (string) $former );
		Posts::changed( (int) $post->ID, 'saved' );
	}

	/**
	 * A file was added to the media library.
	 *
	 * @param int $post Id of the attachment.
	 */
	public static function action_add_attachment( $post ) {
		Posts::had_status( get_post( $post ), 'new' );
		Posts::changed( (int) $post, 'saved' );
	}

	/**
	 * A post was saved.
	 *
	 * @param int $post Id of the post.
	 */
	public static function action_post_updated( $post ) {
		Posts::changed( (int) $post, 'saved' );
		Posts::hurry( (int) $post );
	}

	/**
	 * A post is saved, with terms and fields; only through REST these come later. The items of a menu are told of with the menu.
	 *
	 * @param int      $post Id of the post.
	 * @param \WP_Post $row  The post.
	 */
	public static function action_save_post( $post, $row ) {
		if ( ! defined( 'REST_REQUEST' ) ) {
			self::action_wp_after_insert_post( $post, $row );
		}
	}

	/**
	 * A post is saved, with all that belongs to it.
	 *
	 * @param int      $post Id of the post.
	 * @param \WP_Post $row  The post.
	 */
	public static function action_wp_after_insert_post( $post, $row ) {
		if ( 'nav_menu_item' !== $row->post_type ) {
			Request::done();
		}
	}

	/**
	 * A post was deleted.
	 *
	 * @param int           $post Id of the post.
	 * @param \WP_Post|null $row  As it was.
	 */
	public static function action_deleted_post( $post, $row = null ) {
		$before = Posts::remembered( (int) $post );
		if ( $row || $before ) {
			Posts::deleted( $before ? $before->row : $row );
		}
	}

	/**
	 * A post will be given a term, or lose some.
	 *
	 * @param int       $post     Id of the post, if it is one.
	 * @param int|int[] $terms    Not needed.
	 * @param string    $taxonomy Of the terms.
	 */
	public static function action_term_relationships( $post, $terms, $taxonomy ) {
		if ( self::has_posts( (string) $taxonomy ) ) {
			Posts::remember( (int) $post );
		}
	}

	/**
	 * A post may have other terms.
	 *
	 * @param int    $post     Id of the post, if it is one.
	 * @param array  $terms    Not needed.
	 * @param int[]  $tt_ids   Not needed.
	 * @param string $taxonomy Of the terms.
	 */
	public static function action_set_object_terms( $post, $terms, $tt_ids, $taxonomy ) {
		if ( self::has_posts( (string) $taxonomy ) && Posts::remembered( (int) $post ) ) {
			Posts::changed( (int) $post, 'terms' );
		}
	}

	/**
	 * A post lost terms.
	 *
	 * @param int    $post     Id of the post, if it is one.
	 * @param int[]  $tt_ids   Not needed.
	 * @param string $taxonomy Of the terms.
	 */
	public static function action_deleted_term_relationships( $post, $tt_ids, $taxonomy ) {
		self::action_set_object_terms( $post, array(), $tt_ids, $taxonomy );
	}

	/**
	 * WordPress forgets a post, so something about it is different. This is all that is heard where SQL was used; the row is the
	 * former one if it was in the cache.
	 *
	 * @param int           $post Id of the post.
	 * @param \WP_Post|null $row  Perhaps as it was.
	 */
	public static function action_clean_post_cache( $post, $row = null ) {
		if ( self::$counting !== (int) $post ) {
			Posts::remember( $row );
			Posts::changed( (int) $post, 'saved' );
		}
	}

	/**
	 * Stock or price of a product changed, which WooCommerce writes by SQL.
	 *
	 * @param int $post Id of the product.
	 */
	public static function action_product( $post ) {
		Posts::changed( (int) $post, 'meta' );
		Request::change()->urgent = true;
		Request::done();
	}

	/**
	 * Comments of a post will be counted.
	 *
	 * @param int|null $number Passed on.
	 * @param int      $former Not needed.
	 * @param int      $post   Id of the post.
	 */
	public static function filter_pre_wp_update_comment_count_now( $number, $former, $post ) {
		self::$counting = (int) $post;
		return $number;
	}

	/**
	 * Comments of a post were counted.
	 *
	 * @param int $post   Id of the post.
	 * @param int $number Of comments.
	 * @param int $former Number before.
	 */
	public static function action_wp_update_comment_count( $post, $number, $former ) {
		self::$counting = 0;
		if ( (int) $number !== (int) $former ) {
			Comments::counted( (int) $post );
		}
	}

	/**
	 * Whether terms of a taxonomy are those of posts.
	 *
	 * @param string $taxonomy Name.
	 */
	private static function has_posts( string $taxonomy ): bool {
		$object = get_taxonomy( $taxonomy );
		return $object && array_filter( (array) $object->object_type, 'post_type_exists' );
	}
}
