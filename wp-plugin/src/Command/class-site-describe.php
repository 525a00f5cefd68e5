<?php
/**
 * The command site.describe.
 *
 * @package Platen
 */

namespace Platen\Command;

defined( 'ABSPATH' ) || exit;

/**
 * What this WordPress is and where it keeps things.
 */
final class Site_Describe {
	/**
	 * Carries out the command.
	 *
	 * @param array $args None.
	 */
	public static function run( array $args ): array {
		global $wpdb;
		$uploads = wp_upload_dir( null, false );
		$value   = array(
			'pluginVersion'    => PLATEN_VERSION,
			'wordpressVersion' => get_bloginfo( 'version' ),
			'phpVersion'       => PHP_VERSION,
			'homeUrl'          => home_url(),
			'siteUrl'          => site_url(),
			'contentUrl'       => content_url(),
			'uploadsUrl'       => set_url_scheme( $uploads['baseurl'] ),
			'contentPath'      => self::below_root( WP_CONTENT_DIR ),
			'uploadsPath'      => self::below_root( $uploads['basedir'] ),
			'blogId'           => get_current_blog_id(),
			'multisite'        => is_multisite(),
			'tablePrefix'      => $wpdb->base_prefix,
			'database'         => array(
				'host' => (string) DB_HOST,
				'name' => (string) DB_NAME,
			),
			'maintenance'      => file_exists( ABSPATH . '.maintenance' ),
		);
		if ( wp_using_ext_object_cache() ) {
			$value['objectCache'] = Object_Cache::describe( $GLOBALS['wp_object_cache'] ?? null );
		}
		return $value;
	}

	/**
	 * A folder as a path below WordPress's own; a folder elsewhere as the path that it would usually have.
	 *
	 * @param string $folder Absolute path.
	 */
	private static function below_root( string $folder ): string {
		$root   = untrailingslashit( wp_normalize_path( (string) realpath( ABSPATH ) ) );
		$folder = wp_normalize_path( realpath( $folder ) ? (string) realpath( $folder ) : $folder );
		return 0 === strpos( $folder, $root . '/' ) ? substr( $folder, strlen( $root ) + 1 ) : 'wp-content';
	}
}
