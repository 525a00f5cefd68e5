<?php
/**
 * The command images.list.
 *
 * @package Platen
 */

namespace Platen\Command;

use Platen\Images\Served;

defined( 'ABSPATH' ) || exit;

/**
 * Image attachments with their files.
 */
final class Images_List {
	/** Sides whose proportion differs by more than this many pixels were cropped, not scaled. */
	const ROUNDING = 1.5;

	/**
	 * Carries out the command.
	 *
	 * @param array $args attachments, after and limit.
	 */
	public static function run( array $args ): array {
		global $wpdb;
		$after = isset( $args['after'] ) ? absint( $args['after'] ) : 0;
		$limit = isset( $args['limit'] ) ? min( 200, max( 1, absint( $args['limit'] ) ) ) : 50;
		$where = "post_type = 'attachment' AND post_mime_type LIKE 'image/%'";
		if ( isset( $args['attachments'] ) && is_array( $args['attachments'] ) ) {
			$ids    = array_map( 'absint', array_slice( $args['attachments'], 0, 1000 ) );
			$where .= ' AND ID IN (' . implode( ',', $ids ? $ids : array( 0 ) ) . ')';
		}
		// phpcs:ignore WordPress.DB -- asked by the agent, never for a visitor; $where holds literals and integers.
		$total = (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts WHERE $where" );
		return array(
			'items' => self::items( $where, $after, $limit ),
			'total' => $total,
		);
	}

	/**
	 * Attachments after an id, as many as asked for if there are so many: a short page is the last one.
	 *
	 * @param string $where Condition of literals and integers.
	 * @param int    $after Id before the first one.
	 * @param int    $limit How many.
	 */
	private static function items( string $where, int $after, int $limit ): array {
		global $wpdb;
		$items = array();
		do {
			$wanted = $limit - count( $items );
			// phpcs:ignore WordPress.DB -- asked by the agent, never for a visitor; $where holds literals and integers.
			$found = array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE $where AND ID > %d ORDER BY ID LIMIT %d", $after, $wanted ) ) );
			_prime_post_caches( $found, false, true );
			// Those without a file are passed over.
			$items = array_merge( $items, array_values( array_filter( array_map( array( self::class, 'item' ), $found ) ) ) );
			$after = (int) end( $found );
		} while ( count( $found ) === $wanted && count( $items ) < $limit );
		return $items;
	}

	/**
	 * One attachment; null where it has no file.
	 *
	 * @param int $id Attachment.
	 */
	private static function item( int $id ): ?array {
		$base     = trailingslashit( wp_normalize_path( wp_upload_dir( null, false )['basedir'] ) );
		$full     = wp_normalize_path( (string) get_attached_file( $id ) );
		$original = wp_normalize_path( (string) wp_get_original_image_path( $id ) );
		if ( '' === $original ) {
			$original = $full;
		}
		if ( 0 !== strpos( $full, $base ) || 0 !== strpos( $original, $base ) ) {
			return null;
		}
		return array(
			'id'       => $id,
			'mime'     => (string) get_post_mime_type( $id ),
			'original' => substr( $original, strlen( $base ) ),
			'files'    => self::files( $id, substr( $full, strlen( $base ) ) ),
			'served'   => (object) Served::map( $id ),
		);
	}

	/**
	 * The full size and every other one, each file once.
	 *
	 * @param int    $id   Attachment.
	 * @param string $full File of the full size, below the uploads folder.
	 */
	private static function files( int $id, string $full ): array {
		$meta   = wp_get_attachment_metadata( $id );
		$width  = (int) ( $meta['width'] ?? 0 );
		$height = (int) ( $meta['height'] ?? 0 );
		$files  = array( $full => self::file( $full, $width, $height, false ) );
		$folder = '.' === dirname( $full ) ? '' : dirname( $full ) . '/';
		foreach ( array_slice( (array) ( $meta['sizes'] ?? array() ), 0, 99 ) as $size ) {
			if ( ! isset( $size['file'], $size['width'], $size['height'] ) || $size['file'] !== wp_basename( $size['file'] ) ) {
				continue;
			}
			$crop           = $width > 0 && abs( $size['width'] * $height / $width - $size['height'] ) > self::ROUNDING;
			$path           = $folder . $size['file'];
			$files[ $path ] = self::file( $path, (int) $size['width'], (int) $size['height'], $crop );
		}
		return array_values( $files );
	}

	/**
	 * One file as the agent wants it.
	 *
	 * @param string $file   Below the uploads folder.
	 * @param int    $width  In pixels.
	 * @param int    $height In pixels.
	 * @param bool   $crop   Whether it was cut to its shape.
	 */
	private static function file( string $file, int $width, int $height, bool $crop ): array {
		return compact( 'file', 'width', 'height', 'crop' );
	}
}
