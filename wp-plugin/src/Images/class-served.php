<?php
/**
 * Which WebP files stand for which files of an attachment.
 *
 * @package Platen
 */

namespace Platen\Images;

defined( 'ABSPATH' ) || exit;

/**
 * Kept in the attachment's meta: WordPress loads that anyway for an image that it prints, so no query is added.
 */
final class Served {
	/** Post meta that holds the map. */
	const META = '_platen_webp';

	/**
	 * WebP files by the file that each stands for, both below the uploads folder.
	 *
	 * @param int $id Attachment.
	 * @return string[]
	 */
	public static function map( int $id ): array {
		$map = get_post_meta( $id, self::META, true );
		return is_array( $map ) ? $map : array();
	}

	/**
	 * Replaces the map; an empty one takes it away.
	 *
	 * @param int      $id  Attachment.
	 * @param string[] $map As in map().
	 */
	public static function set( int $id, array $map ) {
		if ( array() === $map ) {
			delete_post_meta( $id, self::META );
		} else {
			update_post_meta( $id, self::META, $map );
		}
	}
}
