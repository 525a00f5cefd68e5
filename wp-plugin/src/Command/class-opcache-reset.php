<?php
/**
 * The command opcache.reset.
 *
 * @package Platen
 */

namespace Platen\Command;

defined( 'ABSPATH' ) || exit;

/**
 * Forgets compiled PHP: all of it, or the files that are named.
 */
final class Opcache_Reset {
	/**
	 * Carries out the command.
	 *
	 * @param array $args files, below the site's root.
	 */
	public static function run( array $args ): array {
		if ( ! function_exists( 'opcache_get_status' ) || ! function_exists( 'opcache_reset' ) || ! opcache_get_status( false ) ) {
			return array(
				'available' => false,
				'count'     => 0,
			);
		}
		$count = isset( $args['files'] ) && is_array( $args['files'] ) ? self::invalidate( $args['files'] ) : self::reset();
		return array(
			'available' => true,
			'count'     => $count,
		);
	}

	/**
	 * Forgets everything; how many scripts that were.
	 */
	private static function reset(): int {
		$state = opcache_get_status( false );
		opcache_reset();
		return (int) $state['opcache_statistics']['num_cached_scripts'];
	}

	/**
	 * Forgets some files; how many were named that lie below the site's root.
	 *
	 * @param array $files Paths below the root.
	 */
	private static function invalidate( array $files ): int {
		$count = 0;
		foreach ( array_slice( $files, 0, 1000 ) as $file ) {
			if ( is_string( $file ) && 0 === validate_file( $file ) && opcache_invalidate( ABSPATH . $file, true ) ) {
				++$count;
			}
		}
		return $count;
	}
}
