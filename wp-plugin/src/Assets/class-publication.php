<?php
/**
 * The bundle that is published.
 *
 * @package Platen
 */

namespace Platen\Assets;

defined( 'ABSPATH' ) || exit;

/**
 * One small autoloaded option points at a manifest in the uploads folder, which is read once a request.
 */
final class Publication {
	/** The pointer: manifest, bundle and time, joined by spaces. */
	const OPTION = 'platen_assets';

	/** Longest manifest that is read. */
	const MAX_BYTES = 524288;

	/**
	 * Files of the present request; null where they were not read yet.
	 *
	 * @var array|null
	 */
	private static $files;

	/**
	 * What is published; null where nothing is.
	 *
	 * @return array|null manifest, bundle and at (Unix time).
	 */
	public static function present(): ?array {
		$parts = explode( ' ', (string) get_option( self::OPTION, '' ) );
		if ( 3 !== count( $parts ) ) {
			return null;
		}
		return array(
			'manifest' => $parts[0],
			'bundle'   => $parts[1],
			'at'       => (int) $parts[2],
		);
	}

	/**
	 * Publishes a manifest.
	 *
	 * @param string $manifest Below the uploads folder.
	 * @param string $bundle   Its hash.
	 */
	public static function set( string $manifest, string $bundle ) {
		update_option( self::OPTION, $manifest . ' ' . $bundle . ' ' . time(), true );
		self::$files = null;
	}

	/**
	 * Publishes nothing. The option stays, empty: one that is missing would cost each request a query.
	 */
	public static function clear() {
		update_option( self::OPTION, '', true );
		self::$files = null;
	}

	/**
	 * Files of the published manifest, by the URL of the original without its query.
	 */
	public static function files(): array {
		if ( null === self::$files ) {
			$present     = self::present();
			self::$files = $present ? ( self::read( $present['manifest'] ) ?? array() ) : array();
		}
		return self::$files;
	}

	/**
	 * Files of a manifest; null where it can't be read.
	 *
	 * @param string $manifest Below the uploads folder.
	 */
	public static function read( string $manifest ): ?array {
		$path = trailingslashit( wp_get_upload_dir()['basedir'] ) . $manifest;
		if ( ! is_file( $path ) || filesize( $path ) > self::MAX_BYTES ) {
			return null;
		}
		$value = json_decode( (string) file_get_contents( $path ), true, 8 ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a local file.
		return is_array( $value ) && isset( $value['version'], $value['files'] ) && 1 === $value['version'] && is_array( $value['files'] ) ? $value['files'] : null;
	}
}
