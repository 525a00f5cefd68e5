<?php
/**
 * The command assets.publish.
 *
 * @package Platen
 */

namespace Platen\Command;

use Platen\Assets\Publication;
use Platen\Call\Refusal;

defined( 'ABSPATH' ) || exit;

/**
 * Serve this bundle, or the originals again.
 */
final class Assets_Publish {
	/**
	 * Carries out the command.
	 *
	 * @param array $args manifest and bundle, or nothing.
	 * @throws Refusal With input.invalid or file.not_found.
	 */
	public static function run( array $args ): array {
		if ( ! isset( $args['manifest'] ) ) {
			Publication::clear();
			return array(
				'published' => false,
				'files'     => 0,
			);
		}
		$bundle = isset( $args['bundle'] ) && is_string( $args['bundle'] ) ? $args['bundle'] : '';
		if ( ! is_string( $args['manifest'] ) || ! preg_match( '#^platen/assets/[0-9a-z._-]{1,80}\.json$#', $args['manifest'] ) || ! preg_match( '/^[0-9a-f]{16,64}$/', $bundle ) ) {
			throw new Refusal( 'input.invalid', 'manifest and bundle: a file in uploads/platen/assets and a hash are meant.' );
		}
		$files = Publication::read( $args['manifest'] );
		if ( null === $files ) {
			throw new Refusal( 'file.not_found', 'The manifest can\'t be read.' );
		}
		Publication::set( $args['manifest'], $bundle );
		return array(
			'published' => true,
			'files'     => count( $files ),
		);
	}
}
