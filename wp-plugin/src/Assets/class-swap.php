<?php
/**
 * Built files in the place of originals.
 *
 * @package Platen
 */

namespace Platen\Assets;

use Platen\Files\Relative_Path;

defined( 'ABSPATH' ) || exit;

/**
 * Changes the URL of an enqueued file where the published bundle has one for it. Order, handles and inline parts stay as they are.
 */
final class Swap {
	/**
	 * The URL of a style sheet or a script.
	 *
	 * @param string $src As enqueued, with its query.
	 */
	public static function filter_src( $src ) {
		if ( ! is_string( $src ) || is_admin() || 'wp-login.php' === ( $GLOBALS['pagenow'] ?? '' ) || is_customize_preview() ) {
			return $src;
		}
		$files = Publication::files();
		if ( array() === $files ) {
			return $src;
		}
		$parts = explode( '?', self::absolute( $src ), 2 );
		$built = $files[ $parts[0] ] ?? null;
		if ( ! isset( $built['file'], $built['version'] ) || ! Relative_Path::is( $built['file'] ) || self::version( $parts[1] ?? '' ) !== $built['version'] || ! self::is_current( $built ) ) {
			return $src;
		}
		return set_url_scheme( trailingslashit( wp_get_upload_dir()['baseurl'] ) . $built['file'] );
	}

	/**
	 * Whether the original is still the one that the file was built from: plugins change files without a new version.
	 *
	 * @param array $built An entry of the manifest.
	 */
	private static function is_current( array $built ): bool {
		if ( ! isset( $built['source'], $built['bytes'], $built['modified'] ) || ! Relative_Path::is( $built['source'] ) ) {
			return false;
		}
		$path = ABSPATH . $built['source'];
		return is_file( $path ) && filesize( $path ) === $built['bytes'] && filemtime( $path ) === $built['modified'];
	}

	/**
	 * A URL with scheme and host.
	 *
	 * @param string $src As enqueued.
	 */
	private static function absolute( string $src ): string {
		if ( 0 === strpos( $src, '//' ) ) {
			return set_url_scheme( 'http:' . $src );
		}
		return 0 === strpos( $src, '/' ) ? untrailingslashit( preg_replace( '#^(https?://[^/]+).*#', '$1', home_url() ) ) . $src : $src;
	}

	/**
	 * The `ver` of a query: another version is another file, which is served as it is.
	 *
	 * @param string $query Without its question mark.
	 */
	private static function version( string $query ): string {
		wp_parse_str( html_entity_decode( $query ), $values );
		return isset( $values['ver'] ) && is_string( $values['ver'] ) ? $values['ver'] : '';
	}
}
