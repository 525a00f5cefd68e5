<?php
/**
 * Records what a visitor's page is made of.
 *
 * @package Platen
 */

namespace Platen\Record;

use Platen\Spool\Spool;

defined( 'ABSPATH' ) || exit;

/**
 * From the loading of the plugin to the very end of the request.
 */
final class Recorder {
	/** Errors that end PHP. */
	const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;

	/**
	 * The request.
	 *
	 * @var Visit
	 */
	private static $visit;

	/**
	 * Begins, where there is somebody to tell and the request may be a visitor's. It can't wait for a hook: plugins that are loaded later
	 * read options at once.
	 *
	 * @return bool Whether it has.
	 */
	public static function begin(): bool {
		if ( ! Spool::is_open() || ! Visit::is_likely() ) {
			return false;
		}
		self::$visit   = new Visit();
		Reads::$prefix = Tag::prefix( get_current_blog_id() );
		Headers::made( self::$visit->at );
		if ( self::$visit->is_page ) {
			$GLOBALS['wp_object_cache'] = new Watched_Cache( $GLOBALS['wp_object_cache'] ); // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- it passes all on.
		}
		return true;
	}

	/**
	 * What this request draws: `visit` for a page of an anonymous visitor, `refresh` for one of the agent's, empty for anything else, scheduled
	 * work in a visitor's request included. One may turn into the other.
	 */
	public static function view(): string {
		if ( ! self::$visit || wp_doing_cron() || Visit::is_of_somebody() ) {
			return '';
		}
		return self::$visit->is_refresh ? 'refresh' : 'visit';
	}

	/**
	 * WordPress is about to send a status. Here it comes before Cache-Control, which older versions of nginx take for the last word.
	 *
	 * @param string $line   The line of the status.
	 * @param int    $status The status.
	 */
	public static function filter_status_header( $line, $status ) {
		if ( self::$visit->is_refresh ) {
			Headers::replace_old_copy( (int) $status );
		}
		return $line;
	}

	/**
	 * Ends: the page is made, and what is known of it goes to the spool.
	 */
	public static function action_shutdown() {
		$visit  = self::$visit;
		$status = (int) http_response_code();
		if ( $visit->is_refresh ) {
			Headers::replace_old_copy( $status );
		}
		if ( ! $visit->is_page || ! Visit::is_shared( $status ) ) {
			return;
		}
		Queries::settle();
		Term_Use::settle();
		Reads::settle_options();
		$error = error_get_last();
		// Cut off in the middle, or with an object cache that went another way: there may be more to it.
		$partial = Reads::$partial || ! Watched_Cache::is_in_place() || ( null !== $error && 0 !== ( $error['type'] & self::FATAL ) );
		Spool::page( Page_Line::of( $visit, $status, array_keys( Reads::$tags ), $partial ) );
	}
}
