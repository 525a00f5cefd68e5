<?php
/**
 * The command objectcache.flush.
 *
 * @package Platen
 */

namespace Platen\Command;

defined( 'ABSPATH' ) || exit;

/**
 * Empties the object cache through WordPress, where the agent can't reach its server.
 */
final class Objectcache_Flush {
	/**
	 * Carries out the command.
	 *
	 * @param array $args None.
	 */
	public static function run( array $args ): array {
		// Without a persistent cache there is nothing that outlives this request.
		return array( 'available' => wp_using_ext_object_cache() && wp_cache_flush() );
	}
}
