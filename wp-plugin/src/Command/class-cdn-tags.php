<?php
/**
 * The command cdn.tags.
 *
 * @package Platen
 */

namespace Platen\Command;

use Platen\Call\Refusal;
use Platen\Cdn\Prefix;

defined( 'ABSPATH' ) || exit;

/**
 * Send tags for the CDN with pages, or none.
 */
final class Cdn_Tags {
	/**
	 * Carries out the command.
	 *
	 * @param array $args prefix: of this site's tags; empty for none.
	 * @throws Refusal With input.invalid.
	 */
	public static function run( array $args ): array {
		$prefix = $args['prefix'] ?? null;
		if ( ! is_string( $prefix ) || ! preg_match( Prefix::PATTERN, $prefix ) ) {
			throw new Refusal( 'input.invalid', 'prefix: twelve hexadecimal digits or nothing is meant.' );
		}
		Prefix::set( $prefix );
		return array( 'sends' => '' !== $prefix );
	}
}
