<?php
/**
 * Users that change.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * What pages show of users: names, addresses, meta fields, and that there are such users.
 */
final class Users {
	/** What pages show; the address gives the picture. */
	const SHOWN = array( 'display_name', 'user_nicename', 'user_email', 'user_url' );

	/** Fields that pages of authors show. */
	const PROFILE = array( 'first_name', 'last_name', 'nickname', 'description' );

	/** More posts than these are not looked up one by one, and more blogs neither. */
	const MOST_POSTS = 2000;
	const MOST_BLOGS = 200;

	/**
	 * A user was made.
	 *
	 * @param int $user Id of the user.
	 */
	public static function action_user_register( $user ) {
		self::note( 'user.created', get_userdata( $user ), array( 'user:' . $user, 'users:all' ) );
		Request::done();
	}

	/**
	 * A user was saved.
	 *
	 * @param int      $id     Of the user.
	 * @param \WP_User $before As he was.
	 */
	public static function action_profile_update( $id, $before ) {
		$user    = get_userdata( $id );
		$changed = array_filter(
			self::SHOWN,
			static function ( $field ) use ( $user, $before ) {
				return $user->$field !== $before->$field;
			}
		);
		if ( ! $changed ) {
			return;
		}
		$renamed = array_intersect( $changed, array( 'display_name', 'user_nicename' ) );
		if ( in_array( 'user_nicename', $changed, true ) ) {
			Request::change()->hide( array( get_author_posts_url( $id, $before->user_nicename ) ) );
		}
		Request::change()->archive( get_author_posts_url( $id ) );
		Site_Rules::may_be_anywhere( Request::change() );
		self::note( 'user.updated', $user, array_merge( array( 'user:' . $id ), $renamed ? array( 'users:all' ) : array() ) );
		Request::done();
	}

	/**
	 * A meta field of a user changed. Roles are in one, and lists may be of one role.
	 *
	 * @param int    $id  Of the user.
	 * @param string $key Of the field.
	 */
	public static function meta( int $id, string $key ) {
		$user = get_userdata( $id );
		if ( ! $user ) {
			return;
		}
		if ( in_array( $key, self::PROFILE, true ) ) {
			Request::change()->archive( get_author_posts_url( $id ) );
		}
		self::note( 'user.updated', $user, array_merge( array( 'user:' . $id ), 'capabilities' === substr( $key, -12 ) ? array( 'users:all' ) : array() ) );
	}

	/**
	 * A user will be deleted, and his posts perhaps given to another.
	 *
	 * @param int      $id   Of the user.
	 * @param int|null $heir Id of the other.
	 */
	public static function action_delete_user( $id, $heir = null ) {
		global $wpdb;
		$user = get_userdata( $id );
		if ( ! $user ) {
			return;
		}
		Request::change()->archive( get_author_posts_url( $id ) );
		self::note( 'user.deleted', $user, array( 'user:' . $id, 'users:all' ) );
		if ( ! $heir ) {
			return;
		}
		// phpcs:ignore WordPress.DB -- once, when a user is deleted.
		$posts = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_author = %d AND post_status NOT IN ('auto-draft','draft','trash') LIMIT %d", $id, self::MOST_POSTS + 1 ) );
		if ( count( $posts ) > self::MOST_POSTS ) {
			Site::everything( 'user.deleted', $user->display_name );
			return;
		}
		foreach ( $posts as $post ) {
			Posts::remember( (int) $post );
			Posts::changed( (int) $post, 'saved' );
		}
	}

	/**
	 * A user leaves a blog of a network.
	 *
	 * @param int      $id   Of the user.
	 * @param int      $blog Id of the blog.
	 * @param int|null $heir Who is given his posts.
	 */
	public static function action_remove_user_from_blog( $id, $blog, $heir = null ) {
		$switched = get_current_blog_id() !== (int) $blog && switch_to_blog( (int) $blog );
		self::action_delete_user( $id, $heir );
		if ( $switched ) {
			restore_current_blog();
		}
	}

	/**
	 * Says so, in every blog that the user belongs to.
	 *
	 * @param string         $event What happened.
	 * @param \WP_User|false $user  To whom.
	 * @param string[]       $tags  Without a blog.
	 */
	private static function note( string $event, $user, array $tags ) {
		Request::change()->say( $event, $user ? $user->display_name : '' );
		$blogs = is_multisite() && $user ? array_keys( get_blogs_of_user( $user->ID, true ) ) : array();
		if ( count( $blogs ) > self::MOST_BLOGS ) {
			Request::change()->everything = true;
		}
		foreach ( $tags as $tag ) {
			Request::change()->tags( array( Tag::of( ...explode( ':', $tag ) ) ) );
			foreach ( $blogs as $blog ) {
				Request::change()->tags( array( "b$blog.$tag" ) );
			}
		}
		Request::noted();
	}
}
