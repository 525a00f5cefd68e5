<?php
/**
 * Rules for what is no single page.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * URLs that any change of posts may show up at, and what to say where it may be any URL.
 */
final class Site_Rules {
	/** Sitemaps of plugins have these names; those of WordPress begin with wp-sitemap. */
	const SITEMAPS = array( 'wp-sitemap', 'sitemap' );

	/**
	 * Every page may show it.
	 *
	 * @param Change $change What is added to.
	 */
	public static function anywhere( Change $change ) {
		$change->page( home_url() );
		$change->tree( home_url( '/' ) );
	}

	/**
	 * Every page may show it if somebody who runs the site did it. What plugins write of their own, on a schedule or as visitors come
	 * by, is seen by the tags only: otherwise a counter would take all pages with it of which not everything is known.
	 *
	 * @param Change $change What is added to.
	 */
	public static function may_be_anywhere( Change $change ) {
		if ( ( defined( 'WP_CLI' ) && WP_CLI ) || ( did_action( 'set_current_user' ) && current_user_can( 'edit_posts' ) ) ) {
			self::anywhere( $change );
		}
	}

	/**
	 * Front page, list of posts, feeds and searches.
	 *
	 * @param Change $change What is added to.
	 */
	public static function lists( Change $change ) {
		$change->archive( home_url( '/' ) );
		$posts_page = (int) get_option( 'page_for_posts' );
		if ( $posts_page && 'page' === get_option( 'show_on_front' ) ) {
			$change->archive( get_permalink( $posts_page ) );
		}
		$change->tree( home_url( '/?s=' ) );
		$change->tree( home_url( '/?feed=' ) );
		if ( get_option( 'permalink_structure' ) ) {
			$change->tree( get_search_link( '' ) );
		}
		$change->tree( rest_url( 'wp/v2/search' ) );
	}

	/**
	 * Sitemaps.
	 *
	 * @param Change $change What is added to.
	 * @param string $kind   Of what they list: a post type, a taxonomy or `author`.
	 */
	public static function sitemaps( Change $change, string $kind ) {
		foreach ( array_merge( self::SITEMAPS, array( $kind . '-sitemap' ) ) as $name ) {
			$change->tree( home_url( '/' . $name ) );
		}
	}

	/**
	 * A collection of WordPress's REST API, and one of its items.
	 *
	 * @param Change          $change What is added to.
	 * @param string          $route  Of the collection; empty where there is none.
	 * @param int|string|null $item   Id of the item.
	 */
	public static function rest( Change $change, string $route, $item = null ) {
		if ( '' === $route ) {
			return;
		}
		// Prefixes end in what follows the name, or posts/1 would stand for posts/10.
		$urls = array( rest_url( $route ) );
		if ( null !== $item ) {
			$urls[] = rest_url( $route . '/' . $item );
		}
		foreach ( $urls as $url ) {
			$change->page( $url );
			$change->tree( $url . ( false === strpos( $url, '?' ) ? '?' : '&' ) );
		}
	}
}
