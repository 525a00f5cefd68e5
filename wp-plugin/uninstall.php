<?php
/**
 * Leaves nothing behind: options, post meta and the folder in uploads, on every site of a network.
 *
 * @package Platen
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

/**
 * Removes a folder of ours with all that is in it; links are removed, not followed.
 *
 * @param string $folder Absolute path.
 */
function platen_uninstall_folder( $folder ) {
	if ( is_link( $folder ) || ! is_dir( $folder ) ) {
		return;
	}
	$entries = new RecursiveIteratorIterator( new RecursiveDirectoryIterator( $folder, FilesystemIterator::SKIP_DOTS ), RecursiveIteratorIterator::CHILD_FIRST );
	foreach ( $entries as $entry ) {
		// phpcs:disable WordPress.WP.AlternativeFunctions -- WP_Filesystem may ask for credentials, which nobody can give here.
		if ( $entry->isDir() && ! $entry->isLink() ) {
			rmdir( $entry->getPathname() );
		} else {
			unlink( $entry->getPathname() );
		}
	}
	rmdir( $folder );
	// phpcs:enable
}

/**
 * Removes what one site holds of ours.
 */
function platen_uninstall_site() {
	global $wpdb;
	$base = trailingslashit( wp_upload_dir( null, false )['basedir'] );
	// phpcs:ignore WordPress.DB -- once, while the plugin is removed.
	$maps = $wpdb->get_col( "SELECT meta_value FROM $wpdb->postmeta WHERE meta_key = '_platen_webp'" );
	foreach ( $maps as $map ) {
		foreach ( (array) maybe_unserialize( $map ) as $webp ) {
			if ( is_string( $webp ) && 0 === validate_file( $webp ) && '.platen.webp' === substr( $webp, -12 ) ) {
				wp_delete_file( $base . $webp );
			}
		}
	}
	delete_post_meta_by_key( '_platen_webp' );
	delete_option( 'platen_assets' );
	delete_option( 'platen_cdn' );
	delete_option( 'platen_nonces' );
	platen_uninstall_folder( $base . 'platen' );
}

if ( is_multisite() ) {
	$platen_page = 0;
	do {
		$platen_sites = get_sites(
			array(
				'fields' => 'ids',
				'number' => 100,
				'offset' => 100 * $platen_page++,
			)
		);
		foreach ( $platen_sites as $platen_site ) {
			switch_to_blog( $platen_site );
			platen_uninstall_site();
			restore_current_blog();
		}
	} while ( count( $platen_sites ) === 100 );
} else {
	platen_uninstall_site();
}
