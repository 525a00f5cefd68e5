<?php
/**
 * What a page shows by its main query.
 *
 * @package Platen
 */

namespace Platen\Cdn;

use Platen\Record\Post_Query;
use Platen\Record\Reads;
use Platen\Record\Tag;

defined( 'ABSPATH' ) || exit;

/**
 * Known before the first byte of the page, as headers have to be. What else the page shows is recorded, and purged by its URL.
 */
final class Main_Query {
	/**
	 * Names of it.
	 *
	 * @param \WP_Query $query The main query, made.
	 * @return string[]
	 */
	public static function names( \WP_Query $query ): array {
		$prefix = Tag::prefix( get_current_blog_id() );
		// A sitemap lists what its own queries find, later.
		if ( '' !== (string) $query->get( 'sitemap' ) ) {
			return Names::all( $prefix );
		}
		$names = array_filter( array_map( array( Names::class, 'of' ), self::bound( $query ) ) );
		// An archive shows what it is of.
		foreach ( preg_grep( '#^(?:b\d+\.)?list:.*/(?:term|user):\d+$#D', $names ) as $name ) {
			$names[] = $prefix . substr( strrchr( $name, '/' ), 1 );
		}
		if ( $query->is_home ) {
			$names[] = "{$prefix}sticky:any";
		}
		if ( $query->is_singular && $query->is_front_page() ) {
			// Most of them show what is new.
			$names[] = "{$prefix}list:*";
		}
		foreach ( (array) $query->posts as $post ) {
			if ( $post instanceof \WP_Post ) {
				array_push( $names, "{$prefix}post:$post->ID", "{$prefix}user:$post->post_author", ...self::terms( $post, $prefix ) );
			}
		}
		return array_values( array_unique( $names ) );
	}

	/**
	 * Tags of what the query was bound to, as the recorder would note them at the end. Nothing of this is something that the page reads.
	 *
	 * @param \WP_Query $query The query.
	 * @return string[]
	 */
	private static function bound( \WP_Query $query ): array {
		list( $tags, $partial ) = array( Reads::$tags, Reads::$partial );

		Reads::$tags = array();
		try {
			( new Post_Query( $query, false ) )->note();
			return array_keys( Reads::$tags );
		} finally {
			Reads::$tags    = $tags;
			Reads::$partial = $partial;
		}
	}

	/**
	 * Terms of a post, as far as WordPress has them at hand; where it has not, any.
	 *
	 * @param \WP_Post $post   The post.
	 * @param string   $prefix Of the blog.
	 * @return string[]
	 */
	private static function terms( \WP_Post $post, string $prefix ): array {
		$tags  = Reads::$tags;
		$names = array();
		foreach ( get_object_taxonomies( $post->post_type ) as $taxonomy ) {
			$ids = wp_cache_get( $post->ID, "{$taxonomy}_relationships" );
			if ( ! is_array( $ids ) ) {
				$names[] = "{$prefix}term:*";
				continue;
			}
			foreach ( $ids as $id ) {
				// Older caches hold whole terms.
				$names[] = "{$prefix}term:" . ( is_object( $id ) ? (int) $id->term_id : (int) $id );
			}
		}
		Reads::$tags = $tags;
		return $names;
	}
}
