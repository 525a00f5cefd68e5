<?php
/**
 * What an answer of the REST API shows.
 *
 * @package Platen
 */

namespace Platen\Cdn;

use Platen\Record\Tag;

defined( 'ABSPATH' ) || exit;

/**
 * Of core's posts, terms, users and comments, by their members. Anything else may show anything.
 */
final class Rest_Answer {
	/**
	 * Names of it.
	 *
	 * @param \WP_REST_Request $request What was asked.
	 * @param mixed            $data    What is answered.
	 * @return string[]
	 */
	public static function names( \WP_REST_Request $request, $data ): array {
		$prefix = Tag::prefix( get_current_blog_id() );
		$is_own = 1 === preg_match( '#^/wp/v2/[^/]+(?:/(\d+))?$#D', $request->get_route(), $match );
		// What is embedded is not in the data yet.
		if ( ! $is_own || ! is_array( $data ) || isset( $request['_embed'] ) || isset( $request['_fields'] ) ) {
			return Names::all( $prefix );
		}
		$is_list = ! isset( $match[1] );
		$names   = $is_list ? self::lists( $request->get_route() ) : array();
		foreach ( $is_list ? $data : array( $data ) as $item ) {
			$shown = is_array( $item ) ? self::item( $item ) : null;
			if ( null === $shown ) {
				return Names::all( $prefix );
			}
			$names = array_merge( $names, $shown );
		}
		$names = array_unique( $names );
		foreach ( $names as $index => $name ) {
			$names[ $index ] = $prefix . $name;
		}
		return array_values( $names );
	}

	/**
	 * What a list itself depends on: one of posts, whose types are not told by the route, on all lists of posts.
	 *
	 * @param string $route The route.
	 * @return string[]
	 */
	private static function lists( string $route ): array {
		if ( '/wp/v2/users' === $route ) {
			return array( 'users:all' );
		}
		if ( '/wp/v2/comments' === $route ) {
			return array( 'comments:all' );
		}
		foreach ( get_taxonomies( array( 'show_in_rest' => true ), 'objects' ) as $taxonomy ) {
			if ( '/wp/v2/' . ( $taxonomy->rest_base ? $taxonomy->rest_base : $taxonomy->name ) === $route ) {
				return array( "terms:$taxonomy->name" );
			}
		}
		return array( 'list:*' );
	}

	/**
	 * One thing; null where it is none of core's.
	 *
	 * @param array $item Its members.
	 * @return string[]|null
	 */
	private static function item( array $item ): ?array {
		if ( ! isset( $item['id'] ) || ! is_int( $item['id'] ) ) {
			return null;
		}
		if ( isset( $item['taxonomy'] ) && is_string( $item['taxonomy'] ) ) {
			return array( "term:$item[id]", 'terms:' . Tag::name( $item['taxonomy'] ) );
		}
		if ( isset( $item['post'], $item['author_name'] ) ) {
			return array( 'post:' . (int) $item['post'] );
		}
		if ( isset( $item['type'], $item['guid'] ) ) {
			return array( "post:$item[id]" );
		}
		return isset( $item['name'], $item['avatar_urls'] ) ? array( "user:$item[id]" ) : null;
	}
}
