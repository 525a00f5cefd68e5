<?php
/**
 * The command images.serve.
 *
 * @package Platen
 */

namespace Platen\Command;

use Platen\Call\Refusal;
use Platen\Files\Relative_Path;
use Platen\Images\Served;

defined( 'ABSPATH' ) || exit;

/**
 * From now on, serve these WebP files for an attachment.
 */
final class Images_Serve {
	/**
	 * Carries out the command.
	 *
	 * @param array $args id and webp.
	 * @throws Refusal With input.invalid.
	 */
	public static function run( array $args ): array {
		$id = isset( $args['id'] ) ? absint( $args['id'] ) : 0;
		if ( 'attachment' !== get_post_type( $id ) || ! isset( $args['webp'] ) || ! is_array( $args['webp'] ) || count( $args['webp'] ) > 100 ) {
			throw new Refusal( 'input.invalid', 'id and webp: an attachment and a map of files are meant.' );
		}
		$map = array();
		foreach ( $args['webp'] as $file => $webp ) {
			if ( ! Relative_Path::is( $file ) || ! Relative_Path::is( $webp ) || '.webp' !== substr( $webp, -5 ) ) {
				throw new Refusal( 'input.invalid', 'webp: files below the uploads folder are meant.' );
			}
			$map[ $file ] = $webp;
		}
		Served::set( $id, $map );
		return array( 'served' => count( $map ) );
	}
}
