<?php
/**
 * Who may purge what.
 *
 * @package Platen
 */

namespace Platen\Purge;

use Platen\Admin\Capability;

defined( 'ABSPATH' ) || exit;

/**
 * Purging one page costs the site what a visit costs, so whoever may edit it may purge it; purging everything makes the whole site
 * slow for a while, and is for those who manage Platen. They may purge any page, too.
 */
final class Permission {
	/**
	 * Whether the present user may purge everything, and see what became of any purge.
	 */
	public static function everything(): bool {
		return current_user_can( Capability::name() );
	}

	/**
	 * Whether the present user may purge everything of all blogs of a network; nobody may where there is none.
	 */
	public static function network(): bool {
		return is_multisite() && current_user_can( 'manage_network' );
	}

	/**
	 * Whether the present user may purge a page.
	 *
	 * @param int $post The post that it shows; 0 for a page of many, such as an archive.
	 */
	public static function page( int $post = 0 ): bool {
		/**
		 * Filters who may purge a page.
		 *
		 * @param string $capability Default: edit_post for a page of one post, else edit_others_posts.
		 * @param int    $post       The post that the page shows, or 0. It is passed on to current_user_can().
		 */
		$capability = (string) apply_filters( 'platen_purge_capability', $post ? 'edit_post' : 'edit_others_posts', $post );
		return self::everything() || ( $post ? current_user_can( $capability, $post ) : current_user_can( $capability ) );
	}

	/**
	 * Whether the present user may purge the page at this address.
	 *
	 * @param string $url Of the page; one that is not of this site counts as a page of many.
	 */
	public static function url( string $url ): bool {
		if ( self::everything() ) {
			return true;
		}
		$address = Address::of( $url );
		return self::page( is_wp_error( $address ) ? 0 : url_to_postid( $address ) );
	}
}
