<?php
/**
 * Addresses of a post.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * All URLs that show one post. They are made from its link, which may be an old one, so WordPress can't be asked for them.
 */
final class Post_Addresses {
	/** Most pages of a post, and most attachments, that are named. */
	const MOST = 20;

	/**
	 * URLs of a post that nobody may see any more.
	 *
	 * @param Post_Difference $difference What changed.
	 * @param bool            $all        Whether those beside its own page are named as well.
	 * @return string[]
	 */
	public static function hidden( Post_Difference $difference, bool $all ): array {
		$before = $difference->before;
		$moved  = '' !== $difference->after->link && $difference->after->link !== $before->link;
		if ( '' === $before->link || ! $before->is_open() || ! ( $difference->closes() || $moved ) ) {
			return array();
		}
		if ( ! $all ) {
			return array( $before->link );
		}
		if ( ! $difference->closes() ) {
			return self::below( $before );
		}
		return array_merge( self::below( $before ), self::fixed( $before ), self::attachments( $before ) );
	}

	/**
	 * URLs that begin with the post's own: itself, its feed, its embed, its further pages.
	 *
	 * @param Post_State $state Of the post.
	 * @return string[]
	 */
	public static function below( Post_State $state ): array {
		global $wp_rewrite;
		if ( false !== strpos( $state->link, '?' ) ) {
			$urls = array( $state->link, add_query_arg( 'embed', 'true', $state->link ), add_query_arg( 'feed', get_default_feed(), $state->link ) );
		} else {
			$base = trailingslashit( $state->link );
			$urls = array( $state->link, $base . user_trailingslashit( $wp_rewrite->feed_base, 'single_feed' ), $base . user_trailingslashit( 'embed' ) );
		}
		$pages = min( self::MOST, 1 + substr_count( $state->row->post_content, '<!--nextpage-->' ) );
		for ( $page = 2; $page <= $pages; $page++ ) {
			$urls[] = isset( $base ) ? $base . user_trailingslashit( (string) $page, 'single_paged' ) : add_query_arg( 'page', $page, $state->link );
		}
		return $urls;
	}

	/**
	 * URLs that stay the same however the post is called: short link and REST route.
	 *
	 * @param Post_State $state Of the post.
	 * @return string[]
	 */
	public static function fixed( Post_State $state ): array {
		$row   = $state->row;
		$urls  = array( home_url( ( 'page' === $row->post_type ? '?page_id=' : '?p=' ) . $row->ID ) );
		$route = self::route( $row->post_type );
		if ( '' !== $route ) {
			$urls[] = rest_url( $route . '/' . $row->ID );
		}
		return $urls;
	}

	/**
	 * REST route of the posts of a type; empty where there is none.
	 *
	 * @param string $type Post type.
	 */
	public static function route( string $type ): string {
		return post_type_exists( $type ) ? rest_get_route_for_post_type_items( $type ) : '';
	}

	/**
	 * Pages of attachments, which are seen as long as their post is.
	 *
	 * @param Post_State $state Of the post.
	 * @return string[]
	 */
	private static function attachments( Post_State $state ): array {
		if ( '0' === (string) get_option( 'wp_attachment_pages_enabled', '1' ) || false !== strpos( $state->link, '?' ) ) {
			return array();
		}
		$attachments = get_children(
			array(
				'post_parent' => $state->row->ID,
				'post_type'   => 'attachment',
				'numberposts' => self::MOST,
			)
		);
		$urls        = array();
		foreach ( $attachments as $attachment ) {
			$urls[] = trailingslashit( $state->link ) . user_trailingslashit( $attachment->post_name );
		}
		return $urls;
	}
}
