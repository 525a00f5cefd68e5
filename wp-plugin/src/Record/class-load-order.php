<?php
/**
 * Which plugin is loaded first.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * This one: what others read while they are loaded would be missed else. They need nothing of it, nor it of them.
 */
final class Load_Order {
	/**
	 * Plugins that are being made the active ones.
	 *
	 * @param mixed $plugins Files below the plugins folder.
	 */
	public static function filter_active_plugins( $plugins ) {
		$own = plugin_basename( PLATEN_FILE );
		if ( is_array( $plugins ) && in_array( $own, $plugins, true ) ) {
			$plugins = array_merge( array( $own ), array_values( array_diff( $plugins, array( $own ) ) ) );
		}
		return $plugins;
	}
}
