<?php
/**
 * The folder through which the agent learns of pages and changes.
 *
 * @package Platen
 */

namespace Platen\Spool;

defined( 'ABSPATH' ) || exit;

/**
 * Appends lines of JSON to the files `pages` and `changes` of PLATEN_SPOOL, which the agent reads and shortens. One write a line,
 * so that lines of requests at the same time don't mix; nothing waits for the agent.
 */
final class Spool {
	/** Bounds of protocol/src/limits.ts. */
	const LINE_BYTES = 65536;
	const FILE_BYTES = 8388608;

	/** Longer than a request waits before it notes what it changed. */
	const NEWS_SECONDS = 3;

	/**
	 * Whether there is a folder to write to.
	 */
	public static function is_open(): bool {
		return defined( 'PLATEN_SPOOL' );
	}

	/**
	 * Notes what a page was made of; a full spool forgets it.
	 *
	 * @param array $page As spool.page of the protocol.
	 */
	public static function page( array $page ) {
		self::append( 'pages', $page );
	}

	/**
	 * Notes a change. One that can't be written becomes a change of everything.
	 *
	 * @param array $change As spool.change of the protocol.
	 */
	public static function change( array $change ) {
		if ( ! self::append( 'changes', $change ) ) {
			self::touch( 'everything' );
		}
	}

	/**
	 * Whether a change was noted a moment ago, by whatever request.
	 */
	public static function has_news(): bool {
		$file = constant( 'PLATEN_SPOOL' ) . '/changes';
		clearstatcache( true, $file );
		return is_file( $file ) && filemtime( $file ) >= time() - self::NEWS_SECONDS;
	}

	/**
	 * Appends one line.
	 *
	 * @param string $file Name in the folder.
	 * @param array  $line What is encoded.
	 */
	private static function append( string $file, array $line ): bool {
		$json = wp_json_encode( $line, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
		if ( ! is_string( $json ) || strlen( $json ) >= self::LINE_BYTES ) {
			return false;
		}
		$stream = self::open( $file );
		if ( ! $stream ) {
			return false;
		}
		// phpcs:disable WordPress.WP.AlternativeFunctions -- one atomic append; WP_Filesystem has none.
		$free  = fstat( $stream )['size'] < self::FILE_BYTES;
		$whole = $free && fwrite( $stream, $json . "\n" ) === strlen( $json ) + 1;
		fclose( $stream );
		// phpcs:enable
		return $whole;
	}

	/**
	 * Leaves an empty file, as a sign.
	 *
	 * @param string $file Name in the folder.
	 */
	private static function touch( string $file ) {
		$stream = self::open( $file );
		if ( $stream ) {
			fclose( $stream ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- opening it made it.
		}
	}

	/**
	 * A stream that appends, in a file that the agent may shorten: both users are in the folder's group.
	 *
	 * @param string $file Name in the folder.
	 * @return resource|false
	 */
	private static function open( string $file ) {
		// A folder that is gone is the agent's to mend, not a warning for the site's log.
		set_error_handler( '__return_true' ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- restored below.
		$mask = umask( 0007 );
		try {
			return fopen( constant( 'PLATEN_SPOOL' ) . '/' . $file, 'ab' ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- see append().
		} finally {
			umask( $mask );
			restore_error_handler();
		}
	}
}
