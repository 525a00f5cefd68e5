<?php
/**
 * The changes of this request.
 *
 * @package Platen
 */

namespace Platen\Change;

use Platen\Spool\Spool;

defined( 'ABSPATH' ) || exit;

/**
 * Writes a change when WordPress is done with it, and holds back what follows: so one edit is a line or two, and many become one a second.
 */
final class Request {
	/** Lines that are written at once; after those, pages to be hidden wait like other changes, so that bulk edits stay cheap. */
	const AT_ONCE = 5;

	/** Changes of a request that are written when they are done; those of a bulk edit or a page full of settings wait for each other. */
	const EARLY = 3;

	/**
	 * How long changes wait for each other, in seconds; a test on a slow machine may wait longer.
	 *
	 * @var float
	 */
	private static $wait = 1.0;

	/**
	 * What is not written yet.
	 *
	 * @var Change|null
	 */
	private static $change;

	/**
	 * When the first of it happened; null where there is nothing.
	 *
	 * @var float|null
	 */
	private static $since;

	/**
	 * How often something was written at once.
	 *
	 * @var int
	 */
	private static $hurried = 0;

	/**
	 * How often something was written because it was done.
	 *
	 * @var int
	 */
	private static $early = 0;

	/**
	 * Whether it is being written: what that calls forth belongs to it.
	 *
	 * @var bool
	 */
	private static $writing = false;

	/**
	 * Whether nothing comes later that would write.
	 *
	 * @var bool
	 */
	private static $ended = false;

	/**
	 * What is not written yet, to be added to.
	 */
	public static function change(): Change {
		if ( ! self::$change ) {
			self::$change = new Change();
		}
		return self::$change;
	}

	/**
	 * Something was added, here or to Posts: writes where the first of it has waited long enough.
	 *
	 * @param bool $at_once Whether this can't wait.
	 */
	public static function noted( bool $at_once = false ) {
		if ( self::$writing ) {
			return;
		}
		$now         = microtime( true );
		self::$since = self::$since ?? $now;
		$hurry       = $at_once && self::$hurried < self::AT_ONCE;
		if ( $hurry ) {
			++self::$hurried;
		}
		// Before `init` there are no post types, and nothing can be said in the site's language.
		if ( self::$ended || ( did_action( 'init' ) && ( $hurry || $now - self::$since >= self::$wait ) ) ) {
			self::write();
		}
	}

	/**
	 * WordPress is done with a change, whatever plugins make of that now, and however long it takes them.
	 */
	public static function done() {
		if ( null !== self::$since && ! self::$writing && did_action( 'init' ) && self::$early < self::EARLY ) {
			++self::$early;
			self::write();
		}
	}

	/**
	 * Writes all that is there.
	 */
	public static function write() {
		if ( null === self::$since || self::$writing ) {
			return;
		}
		self::$writing = true;
		Posts::settle();
		$change        = self::change();
		self::$change  = null;
		self::$since   = null;
		self::$writing = false;
		if ( ! $change->is_empty() ) {
			foreach ( Lines::of( $change ) as $line ) {
				Spool::change( $line );
			}
		}
	}

	/**
	 * The end: what other functions of this hook still change is written as it happens.
	 */
	public static function action_shutdown() {
		self::write();
		self::$ended = true;
	}

	/**
	 * A call to another server may take long.
	 *
	 * @param mixed $answer Passed on.
	 */
	public static function filter_pre_http_request( $answer ) {
		self::write();
		return $answer;
	}
}
