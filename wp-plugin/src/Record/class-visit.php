<?php
/**
 * The request, as far as it is a visitor's.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.Security.ValidatedSanitizedInput -- looked at and passed to the agent as it was asked, which checks it; never printed.
// phpcs:disable WordPress.Security.NonceVerification -- nothing is done for whoever asks.

/**
 * Taken at its beginning: plugins change $_SERVER.
 */
final class Visit {
	/** What cookies of visitors begin with who are given pages of their own; page caches let them pass. */
	const OWN_PAGE = '/^(?:wordpress_(?:logged_in|sec)_|wp-postpass_|comment_author_)/';

	/** The protocol's, in bytes instead of characters. */
	const URL_BYTES = 2048;

	/**
	 * Address that was asked for; empty where it is none.
	 *
	 * @var string
	 */
	public $url;

	/**
	 * Whether it is recorded. A HEAD is not: WordPress ends it once the main query is made, so it says little of what the page is made of,
	 * and its line would take the place of the page's.
	 *
	 * @var bool
	 */
	public $is_page;

	/**
	 * When PHP began, in microseconds since 1970.
	 *
	 * @var int
	 */
	public $at;

	/**
	 * Whether nginx asks for a new copy in the place of an old one. Only it can set this.
	 *
	 * @var bool
	 */
	public $is_refresh;

	/**
	 * Reads the request.
	 */
	public function __construct() {
		$url = ( is_ssl() ? 'https' : 'http' ) . '://' . ( $_SERVER['HTTP_HOST'] ?? '' ) . ( $_SERVER['REQUEST_URI'] ?? '' );

		$this->url        = strlen( $url ) <= self::URL_BYTES && preg_match( '#(*UCP)^https?://[^\s/\x00-\x1f][^\s\x00-\x1f]*$#Du', $url ) ? $url : '';
		$this->is_page    = '' !== $this->url && 'GET' === $_SERVER['REQUEST_METHOD'];
		$this->at         = (int) round( 1000000 * (float) ( $_SERVER['REQUEST_TIME_FLOAT'] ?? microtime( true ) ) );
		$this->is_refresh = '1' === ( $_SERVER['PLATEN_REFRESH'] ?? '' );
	}

	/**
	 * Whether this request may be for a page that others are given as well, as far as can be told before plugins are loaded.
	 */
	public static function is_likely(): bool {
		if ( ! in_array( $_SERVER['REQUEST_METHOD'] ?? '', array( 'GET', 'HEAD' ), true ) || isset( $_SERVER['PLATEN_CALL'] ) || 'cli' === PHP_SAPI ) {
			return false;
		}
		if ( is_admin() || wp_doing_ajax() || wp_doing_cron() || wp_installing() || defined( 'WP_CLI' ) || 'wp-login.php' === basename( $_SERVER['SCRIPT_NAME'] ?? '' ) ) {
			return false;
		}
		if ( isset( $_GET['preview'] ) || isset( $_GET['customize_changeset_uuid'] ) ) {
			return false;
		}
		return array() === preg_grep( self::OWN_PAGE, array_keys( $_COOKIE ) );
	}

	/**
	 * Whether a page has come of it that others may be given.
	 *
	 * @param int $status Its status.
	 */
	public static function is_shared( int $status ): bool {
		if ( self::is_of_somebody() ) {
			return false;
		}
		if ( defined( 'DONOTCACHEPAGE' ) && DONOTCACHEPAGE ) {
			return false;
		}
		return ! self::is_of_the_moment( $status ) && 304 !== $status;
	}

	/**
	 * Whether WordPress knows by now who asks.
	 */
	public static function is_of_somebody(): bool {
		$user = $GLOBALS['current_user'] ?? null;
		return $user instanceof \WP_User && $user->ID > 0;
	}

	/**
	 * Whether an answer says that something failed or is busy: it stands for no page, and shall not take the place of one.
	 *
	 * @param int $status Its status.
	 */
	public static function is_of_the_moment( int $status ): bool {
		return $status >= 500 || 429 === $status || 408 === $status;
	}
}
