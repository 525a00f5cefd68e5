<?php
/**
 * The command plugin.activate.
 *
 * @package Platen
 */

namespace Platen\Command;

use Platen\Call\Refusal;

defined( 'ABSPATH' ) || exit;

/**
 * Switches the plugin on or off, as `platen-agent init` does.
 */
final class Plugin_Activate {
	/**
	 * Carries out the command.
	 *
	 * @param array $args active, and uninstall.
	 * @throws Refusal With input.invalid or plugin.refused.
	 */
	public static function run( array $args ): array {
		if ( ! isset( $args['active'] ) || ! is_bool( $args['active'] ) ) {
			throw new Refusal( 'input.invalid', 'active: true or false is meant.' );
		}
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		require_once ABSPATH . 'wp-admin/includes/file.php';
		$plugin = plugin_basename( PLATEN_FILE );
		if ( $args['active'] ) {
			$result = activate_plugin( $plugin );
			if ( is_wp_error( $result ) ) {
				throw new Refusal( 'plugin.refused', $result->get_error_message() );
			}
		} else {
			deactivate_plugins( $plugin );
			if ( ! empty( $args['uninstall'] ) ) {
				uninstall_plugin( $plugin );
			}
		}
		return array( 'active' => is_plugin_active( $plugin ) );
	}
}
