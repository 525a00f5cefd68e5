<?php
/**
 * Names of files that came from elsewhere.
 *
 * @package Platen
 */

namespace Platen\Files;

defined( 'ABSPATH' ) || exit;

/**
 * A path below a folder of ours. WordPress's own validate_file() lets absolute paths pass.
 */
final class Relative_Path {
	/**
	 * Whether a value is a path that leads down and nowhere else.
	 *
	 * @param mixed $path Anything.
	 */
	public static function is( $path ): bool {
		return is_string( $path ) && '' !== $path && '/' !== $path[0] && 0 === validate_file( $path );
	}
}
