<?php
/**
 * Queries of WordPress's own classes.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Kept until the page is made: only then do they say what they asked for, with all that plugins changed and WordPress looked up, and
 * whether they found anything. The hooks fire whether the answer comes from the database or from the object cache.
 */
final class Queries {
	/**
	 * Queries of posts with the prefix of their blog, what they were asked, and whether somebody may ask them how many pages there are, by
	 * the query's number.
	 *
	 * @var array<int,array{0:\WP_Query,1:string,2:mixed,3:bool}>
	 */
	private static $posts = array();

	/**
	 * What a block is about to ask for, of which it shows posts and nothing else.
	 *
	 * @var array|null
	 */
	private static $shown = null;

	/**
	 * Other queries with the prefix of their blog and their variables.
	 *
	 * @var array<int,array{0:\WP_Term_Query|\WP_Comment_Query|\WP_User_Query,1:string,2:array}>
	 */
	private static $others = array();

	/**
	 * A query of posts that is about to be made.
	 *
	 * @param \WP_Query $query The query.
	 */
	public static function action_pre_get_posts( $query ) {
		$id = spl_object_id( $query );
		// What an object was asked before it was asked something else is gone.
		if ( isset( self::$posts[ $id ] ) && self::$posts[ $id ][2] !== $query->query ) {
			Reads::$partial = true;
		}
		self::$posts[ $id ] = array( $query, Reads::$prefix, $query->query, null === self::$shown || self::$shown !== $query->query );
		self::$shown        = null;
	}

	/**
	 * What a block of a query is about to ask for. The one that lists the posts keeps its query to itself; page numbers are other blocks,
	 * with queries of their own.
	 *
	 * @param array     $vars  As for WP_Query.
	 * @param \WP_Block $block The block.
	 */
	public static function filter_block_vars( $vars, $block ) {
		self::$shown = 'core/post-template' === $block->name ? $vars : null;
		return $vars;
	}

	/**
	 * Another query that is about to be made. Its variables say all; some are made twice.
	 *
	 * @param \WP_Term_Query|\WP_Comment_Query|\WP_User_Query $query The query.
	 */
	public static function action_query( $query ) {
		self::$others[] = array( $query, Reads::$prefix, $query->query_vars );
	}

	/**
	 * Makes tags of all of them.
	 */
	public static function settle() {
		foreach ( self::$posts as list( $query, $prefix, , $is_counted ) ) {
			Reads::$prefix = $prefix;
			self::check( $query->request );
			( new Post_Query( $query, $is_counted ) )->note();
		}
		foreach ( self::$others as list( $query, $prefix, $vars ) ) {
			Reads::$prefix = $prefix;
			self::check( $query->request );
			if ( $query instanceof \WP_Term_Query ) {
				Term_Query::note( $vars );
			} elseif ( $query instanceof \WP_Comment_Query ) {
				Comment_Query::note( $vars );
			} else {
				User_Query::note( $vars );
			}
		}
		self::$posts  = array();
		self::$others = array();
	}

	/**
	 * Looks whether a plugin had a query read more than core's tables.
	 *
	 * @param mixed $sql The query's, if it has come to be.
	 */
	private static function check( $sql ) {
		if ( is_string( $sql ) && ! Statements::reads_only_core( $sql ) ) {
			Reads::$partial = true;
		}
	}
}
