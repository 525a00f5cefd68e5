<?php
/**
 * The command assets.state.
 *
 * @package Platen
 */

namespace Platen\Command;

use Platen\Assets\Publication;

defined( 'ABSPATH' ) || exit;

/**
 * Which bundle is published.
 */
final class Assets_State {
	/**
	 * Carries out the command.
	 *
	 * @param array $args None.
	 */
	public static function run( array $args ): array {
		$present = Publication::present();
		if ( null === $present ) {
			return array();
		}
		return array(
			'bundle'      => $present['bundle'],
			'publishedAt' => $present['at'] * 1000,
		);
	}
}
