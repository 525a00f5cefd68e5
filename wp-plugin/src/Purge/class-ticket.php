<?php
/**
 * Who asked for a purge.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * A nonce that says: this user asked for this purge, and may see what becomes of it. Nothing has to be kept for it.
 */
final class Ticket {
	/**
	 * The present user's ticket for a job.
	 *
	 * @param string $job Id.
	 */
	public static function of( string $job ): string {
		return wp_create_nonce( 'platen-purge-' . $job );
	}

	/**
	 * Whether the present user may see a job: he asked for it, or may see any.
	 *
	 * @param string $job    Id.
	 * @param string $ticket As of() made it, or ''.
	 */
	public static function opens( string $job, string $ticket ): bool {
		return Permission::everything() || ( is_user_logged_in() && wp_verify_nonce( $ticket, 'platen-purge-' . $job ) );
	}
}
