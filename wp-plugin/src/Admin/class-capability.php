<?php
/**
 * Who may use the page.
 *
 * @package Platen
 */

namespace Platen\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * One capability for page and REST routes.
 */
final class Capability {
	/**
	 * The capability that is asked for.
	 */
	public static function name(): string {
		/**
		 * Filters who may start Platen's jobs and see their results.
		 *
		 * @param string $capability Default: manage_options.
		 */
		return (string) apply_filters( 'platen_capability', 'manage_options' );
	}
}
