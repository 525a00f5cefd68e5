<?php
/**
 * Posts that are being changed.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers posts as they were before they change, and compares when the request's changes are written: what is saved five times
 * in a row is one change.
 */
final class Posts {
	/** Fields that decide who may see a post, and where. */
	const DECISIVE = array( 'post_status', 'post_password', 'post_name', 'post_parent', 'post_date' );

	/**
	 * States before the change, by blog and post.
	 *
	 * @var Post_State[][]
	 */
	private static $before = array();

	/**
	 * What happened to posts, by blog and post.
	 *
	 * @var true[][][]
	 */
	private static $changed = array();

	/**
	 * Deleted posts, by blog and post: for a while WordPress still speaks of them as if they were there. True once that is settled.
	 *
	 * @var (\WP_Post|true)[][]
	 */
	private static $gone = array();

	/**
	 * Remembers a post as it is, unless an earlier state is remembered.
	 *
	 * @param int|\WP_Post|null $post The post.
	 */
	public static function remember( $post ) {
		$row = self::row( $post );
		if ( $row && self::matters( $row ) && ! isset( self::$before[ get_current_blog_id() ][ $row->ID ] ) ) {
			self::$before[ get_current_blog_id() ][ $row->ID ] = Post_State::of( $row );
		}
	}

	/**
	 * Corrects the status of what is remembered: WordPress says which one it was.
	 *
	 * @param \WP_Post $row    Of the post.
	 * @param string   $status Before the change; `new` where there was no post.
	 */
	public static function had_status( $row, string $status ) {
		$known = self::$before[ get_current_blog_id() ][ $row->ID ] ?? null;
		if ( 'new' === $status ) {
			unset( self::$gone[ get_current_blog_id() ][ $row->ID ] );
		}
		if ( self::matters( $row ) && ( ! $known || $known->row->post_status !== $status ) ) {
			self::$before[ get_current_blog_id() ][ $row->ID ] = Post_State::with_status( $row, $status );
		}
	}

	/**
	 * The remembered state, if there is one.
	 *
	 * @param int $post Id of the post.
	 */
	public static function remembered( int $post ): ?Post_State {
		return self::$before[ get_current_blog_id() ][ $post ] ?? null;
	}

	/**
	 * A post was changed.
	 *
	 * @param int    $post  Id of the post.
	 * @param string $cause saved, meta or terms.
	 */
	public static function changed( int $post, string $cause ) {
		$row = self::row( $post );
		if ( $row && self::matters( $row ) ) {
			self::$changed[ get_current_blog_id() ][ $post ][ $cause ] = true;
			Request::noted();
		}
	}

	/**
	 * A post was deleted.
	 *
	 * @param \WP_Post $row As it was.
	 */
	public static function deleted( $row ) {
		if ( self::matters( $row ) ) {
			self::$gone[ get_current_blog_id() ][ $row->ID ]             = $row;
			self::$changed[ get_current_blog_id() ][ $row->ID ]['saved'] = true;
			Request::noted( self::is_urgent( $row->ID ) );
		}
	}

	/**
	 * Writes at once where a page was closed or moved away.
	 *
	 * @param int $post Id of the post.
	 */
	public static function hurry( int $post ) {
		if ( self::is_urgent( $post ) ) {
			Request::noted( true );
		}
	}

	/**
	 * Adds what changed to the request's change.
	 */
	public static function settle() {
		$changed       = self::$changed;
		self::$changed = array();
		foreach ( $changed as $blog => $posts ) {
			$switched = get_current_blog_id() !== $blog && switch_to_blog( $blog );
			if ( count( $posts ) > 1 ) {
				_prime_post_caches( array_keys( $posts ), true, false );
			}
			$notes = new Post_Notes( Request::change(), count( $posts ) );
			foreach ( $posts as $post => $causes ) {
				$notes->add( self::difference( $blog, $post, $causes ) );
				unset( self::$before[ $blog ][ $post ] );
			}
			$notes->finish();
			if ( $switched ) {
				restore_current_blog();
			}
		}
	}

	/**
	 * What is different from before. Of a post that was only saved where nothing is remembered, nothing but itself.
	 *
	 * @param int    $blog   Id of the blog.
	 * @param int    $post   Id of the post.
	 * @param true[] $causes As Post_Difference has them.
	 */
	private static function difference( int $blog, int $post, array $causes ): ?Post_Difference {
		$gone = self::$gone[ $blog ][ $post ] ?? null;
		$row  = $gone ? null : get_post( $post );
		if ( ! $gone && ! $row ) {
			return null;
		}
		$after = $gone ? Post_State::with_status( $gone, 'gone' ) : Post_State::of( $row );
		if ( $gone ) {
			self::$gone[ $blog ][ $post ] = true;
		}
		return new Post_Difference( self::$before[ $blog ][ $post ] ?? $after, $after, $causes );
	}

	/**
	 * Whether visitors have to be kept from what they could read, or where.
	 *
	 * @param int $post Id of the post.
	 */
	private static function is_urgent( int $post ): bool {
		$before = self::remembered( $post );
		if ( ! $before || ! $before->is_open() || '' === $before->link ) {
			return false;
		}
		$row = isset( self::$gone[ get_current_blog_id() ][ $post ] ) ? null : get_post( $post );
		if ( ! $row ) {
			return true;
		}
		foreach ( self::DECISIVE as $field ) {
			if ( $before->row->$field !== $row->$field ) {
				$after = Post_State::of( $row );
				return ! $after->is_open() || $after->link !== $before->link;
			}
		}
		return false;
	}

	/**
	 * The row of a post; of none, WordPress would give the one that is being shown.
	 *
	 * @param int|\WP_Post|null $post The post.
	 */
	private static function row( $post ): ?\WP_Post {
		return $post ? get_post( $post ) : null;
	}

	/**
	 * Whether pages could show anything of it.
	 *
	 * @param \WP_Post $row Of the post.
	 */
	private static function matters( $row ): bool {
		return ! in_array( $row->post_type, Post_State::IGNORED, true ) && ! isset( self::$gone[ get_current_blog_id() ][ $row->ID ] );
	}
}
