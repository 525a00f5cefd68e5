<?php
/**
 * Which WebP files stand for which files of an attachment.
 *
 * @package Platen
 */

namespace Platen\Images;

use Platen\Files\Relative_Path;

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

	/**
	 * Removes the WebP files of an attachment that is being deleted; WordPress removes its meta by itself.
	 *
	 * @param int $id Attachment.
	 */
	public static function action_delete_attachment( $id ) {
		$base = trailingslashit( wp_upload_dir( null, false )['basedir'] );
		foreach ( self::map( (int) $id ) as $webp ) {
			if ( Relative_Path::is( $webp ) && '.platen.webp' === substr( $webp, -12 ) ) {
				wp_delete_file( $base . $webp );
			}
		}
	}
}
