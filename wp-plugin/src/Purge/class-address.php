<?php
/**
 * Addresses that may be purged.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * A page of this site, and of no other: scheme, host, port and folder are those of home_url(). The agent holds to its policy file
 * besides; this is the place that says so in words, before it is asked.
 */
final class Address {
	/** Longest address that the agent takes. */
	const LONGEST = 2048;

	/**
	 * The address as the agent takes it, without its fragment.
	 *
	 * @param string $text As somebody wrote it.
	 * @return string|\WP_Error url.invalid, url.foreign
	 */
	public static function of( string $text ) {
		$text = trim( $text );
		// What URL parsers read differently, or drop without a word, is refused rather than guessed at.
		if ( strlen( $text ) > self::LONGEST || preg_match( '/[\x00-\x20\x7f\\\\]/', $text ) ) {
			return Problem::error( 'url.invalid' );
		}
		$url = wp_parse_url( $text );
		if ( ! is_array( $url ) || ! isset( $url['scheme'], $url['host'] ) || isset( $url['user'] ) || isset( $url['pass'] ) || self::climbs( $url ) ) {
			return Problem::error( 'url.invalid' );
		}
		$home = (array) wp_parse_url( home_url( '/' ) );
		if ( self::origin( $url ) !== self::origin( $home ) || 0 !== strpos( self::folder( $url ), self::folder( $home ) ) ) {
			return Problem::error( 'url.foreign' );
		}
		return explode( '#', $text, 2 )[0];
	}

	/**
	 * The address of a post that visitors can see.
	 *
	 * @param int $id Of the post.
	 * @return string|\WP_Error post.not_found
	 */
	public static function of_post( int $id ) {
		$url = $id > 0 && is_post_publicly_viewable( $id ) ? get_permalink( $id ) : false;
		return $url ? self::of( $url ) : Problem::error( 'post.not_found' );
	}

	/**
	 * The address that this request is answered at. Not home_url() with the path: that would name a site's folder twice.
	 *
	 * @return string|\WP_Error url.invalid, url.foreign
	 */
	public static function of_this_request() {
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- of() is what validates it; changed, it would be another page.
		$path = isset( $_SERVER['REQUEST_URI'] ) ? (string) wp_unslash( $_SERVER['REQUEST_URI'] ) : '';
		$home = (array) wp_parse_url( home_url( '/' ) );
		return self::of( $home['scheme'] . '://' . $home['host'] . ( isset( $home['port'] ) ? ':' . $home['port'] : '' ) . $path );
	}

	/**
	 * Scheme, host and port, the usual one spelled out.
	 *
	 * @param array $url As wp_parse_url() gives it.
	 */
	private static function origin( array $url ): string {
		$scheme = strtolower( $url['scheme'] );
		$port   = isset( $url['port'] ) ? $url['port'] : ( 'https' === $scheme ? 443 : 80 );
		return $scheme . '://' . strtolower( $url['host'] ) . ':' . $port;
	}

	/**
	 * The path with a slash at its end.
	 *
	 * @param array $url As wp_parse_url() gives it.
	 */
	private static function folder( array $url ): string {
		return trailingslashit( isset( $url['path'] ) ? $url['path'] : '/' );
	}

	/**
	 * Whether the path has dot segments, which lead out of a site's folder once they are resolved.
	 *
	 * @param array $url As wp_parse_url() gives it.
	 */
	private static function climbs( array $url ): bool {
		return 1 === preg_match( '#/(?:\.|%2e){1,2}(?:/|$)#i', isset( $url['path'] ) ? $url['path'] : '' );
	}
}
