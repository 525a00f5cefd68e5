<?php
/**
 * `<picture>` around images that have WebP files.
 *
 * @package Platen
 */

namespace Platen\Images;

defined( 'ABSPATH' ) || exit;

/**
 * Cached HTML can't know what the next visitor's browser takes, so the browser chooses: WebP where it can, else the image as it was.
 * Only where every candidate of the image has its WebP: a set with holes would be blurry somewhere.
 */
final class Picture {
	/** Attribute that marks an image which has its picture, since two filters may see it. */
	const MARK = 'data-platen-picture';

	/**
	 * An image in the content or in a block template.
	 *
	 * @param string $html    The img element.
	 * @param string $context Where it is.
	 * @param int    $id      Attachment; 0 where it is none.
	 */
	public static function filter_content_image( $html, $context, $id ) {
		return self::wrapped( (string) $html, (int) $id );
	}

	/**
	 * An image that a theme or a block asked for.
	 *
	 * @param string $html The img element.
	 * @param int    $id   Attachment.
	 */
	public static function filter_attachment_image( $html, $id ) {
		return self::wrapped( (string) $html, (int) $id );
	}

	/**
	 * The image in its picture, or as it was.
	 *
	 * @param string $html The img element.
	 * @param int    $id   Attachment.
	 */
	private static function wrapped( string $html, int $id ): string {
		if ( $id <= 0 || is_admin() || is_feed() || ( defined( 'REST_REQUEST' ) && REST_REQUEST ) || false !== strpos( $html, self::MARK ) ) {
			return $html;
		}
		$map = Served::map( $id );
		if ( array() === $map || ! preg_match( '/^\s*<img\s[^>]*>\s*$/', $html ) ) {
			return $html;
		}
		$srcset = self::webp_srcset( $html, $map );
		if ( null === $srcset ) {
			return $html;
		}
		$sizes  = self::attribute( $html, 'sizes' );
		$source = '<source type="image/webp" srcset="' . esc_attr( $srcset ) . '"' . ( '' === $sizes ? '' : ' sizes="' . esc_attr( $sizes ) . '"' ) . '>';
		$image  = preg_replace( '/<img\s/', '<img ' . self::MARK . ' ', $html, 1 );
		// The picture makes no box of its own, so rules for the parent's children go on as before.
		return '<picture style="display:contents">' . $source . $image . '</picture>';
	}

	/**
	 * The srcset with every candidate replaced; null where one has no WebP.
	 *
	 * @param string   $html The img element.
	 * @param string[] $map  WebP files by file.
	 */
	private static function webp_srcset( string $html, array $map ): ?string {
		$src = self::webp_url( self::attribute( $html, 'src' ), $map );
		if ( null === $src ) {
			return null;
		}
		$candidates = array();
		foreach ( preg_split( '/\s*,\s+/', trim( self::attribute( $html, 'srcset' ) ), -1, PREG_SPLIT_NO_EMPTY ) as $candidate ) {
			$parts = preg_split( '/\s+/', $candidate, 2 );
			$url   = self::webp_url( $parts[0], $map );
			if ( null === $url ) {
				return null;
			}
			$candidates[] = trim( $url . ' ' . ( $parts[1] ?? '' ) );
		}
		return array() === $candidates ? $src : implode( ', ', $candidates );
	}

	/**
	 * URL of the WebP that stands for an image's URL; null where there is none.
	 *
	 * @param string   $url URL of an image.
	 * @param string[] $map WebP files by file.
	 */
	private static function webp_url( string $url, array $map ): ?string {
		$uploads = wp_get_upload_dir();
		$base    = trailingslashit( $uploads['baseurl'] );
		$path    = static function ( string $address ): string {
			return (string) preg_replace( '#^https?:#', '', $address );
		};
		if ( 0 !== strpos( $path( $url ), $path( $base ) ) ) {
			return null;
		}
		$file = rawurldecode( substr( $path( $url ), strlen( $path( $base ) ) ) );
		if ( ! isset( $map[ $file ] ) ) {
			return null;
		}
		$start = substr( $url, 0, strlen( $url ) - strlen( $path( $url ) ) + strlen( $path( $base ) ) );
		return $start . implode( '/', array_map( 'rawurlencode', explode( '/', $map[ $file ] ) ) );
	}

	/**
	 * An attribute's value with its entities resolved; empty where it is not there.
	 *
	 * @param string $html One element.
	 * @param string $name Attribute.
	 */
	private static function attribute( string $html, string $name ): string {
		return preg_match( '/\s' . $name . '\s*=\s*("|\')(.*?)\1/s', $html, $match ) ? html_entity_decode( $match[2], ENT_QUOTES ) : '';
	}
}
