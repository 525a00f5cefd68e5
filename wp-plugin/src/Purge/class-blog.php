<?php
/**
 * One blog of a network.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * What is everything to the owner of one blog: what lies below its home, but for other blogs in folders there.
 */
final class Blog {
	/** Most paths of others that the agent takes. */
	const MOST_OTHERS = 500;

	/**
	 * The present blog as the agent takes it.
	 *
	 * @return array Empty where there is no network.
	 */
	public static function within(): array {
		if ( ! is_multisite() ) {
			return array();
		}
		$within = array( 'home' => home_url( '/' ) );
		$others = self::others( get_site() );
		// With more than may be named, those of a network's main blog are purged with it: nobody is left with old pages.
		return array( 'within' => $others && count( $others ) <= self::MOST_OTHERS ? $within + array( 'except' => $others ) : $within );
	}

	/**
	 * Paths of other blogs below a blog's own; one more than may be named where they are too many.
	 *
	 * @param \WP_Site $blog The blog.
	 * @return string[]
	 */
	private static function others( \WP_Site $blog ): array {
		// Blogs of all networks, also those that nobody may see: as far as visitors know, they are on the same host.
		$sites = get_sites(
			array(
				'domain'         => $blog->domain,
				'site__not_in'   => array( $blog->id ),
				'number'         => self::MOST_OTHERS + 1,
				'search'         => '/' === $blog->path ? '' : $blog->path,
				'search_columns' => array( 'path' ),
			)
		);
		$paths = wp_list_pluck( $sites, 'path' );
		return array_values(
			array_filter(
				$paths,
				static function ( $path ) use ( $blog ) {
					return 0 === stripos( $path, $blog->path );
				}
			)
		);
	}
}
