<?php
/**
 * Calls of core's functions that fire no hook and hide what they ask for behind a hash.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * What such a function was called with is taken from the call stack; each happens a few times a page at most.
 */
final class Core_Call {
	/** Deep enough for a call that came through the object cache's functions. */
	const FRAMES = 14;

	/** From a filter of get_option() to the caller of who called that. */
	const FRAMES_OF_OPTION = 8;

	/** Core's own look-ups of addresses, which end in a query that is seen, of a slug or of a path. */
	const BY_REQUEST = array(
		'parse_request'                     => true,
		'parse_query'                       => true,
		'wp_resolve_numeric_slug_conflicts' => true,
	);

	/**
	 * The objects of terms.
	 */
	public static function note_objects_in_term() {
		$call = self::find( 'get_objects_in_term' );
		// By now WordPress has put both into quotes, with commas between.
		foreach ( explode( ', ', str_replace( "'", '', (string) ( $call['args'][1] ?? '' ) ) ) as $taxonomy ) {
			foreach ( get_taxonomy( $taxonomy )->object_type ?? array() as $type ) {
				foreach ( explode( ', ', str_replace( "'", '', (string) ( $call['args'][0] ?? '' ) ) ) as $id ) {
					Reads::note( 'list', Tag::name( $type ) . '/term:' . $id );
				}
			}
		}
	}

	/**
	 * A path that no post has.
	 */
	public static function note_no_page_by_path() {
		$call = self::find( 'get_page_by_path' );
		if ( isset( self::BY_REQUEST[ $call['caller'] ?? '' ] ) ) {
			return;
		}
		Slug::note( (string) ( $call['args'][0] ?? '' ) );
	}

	/**
	 * Whether WordPress is making headers: Last-Modified of a feed is that of the newest post or comment of all, of which the feed shows
	 * nothing.
	 */
	public static function is_for_headers(): bool {
		return array() !== self::find( 'send_headers', 'WP' );
	}

	/**
	 * The name of who called a function; empty where it is not on the stack.
	 *
	 * @param string $name Of the function.
	 */
	public static function caller( string $name ): string {
		return self::find( $name )['caller'] ?? '';
	}

	/**
	 * The frame of who asked for an option, with its object and with the name of its own caller.
	 */
	public static function of_option(): array {
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions -- there is no other way to learn it.
		$frames = debug_backtrace( DEBUG_BACKTRACE_PROVIDE_OBJECT, self::FRAMES_OF_OPTION );
		foreach ( $frames as $at => $frame ) {
			if ( 'get_option' === $frame['function'] ) {
				return ( $frames[ $at + 1 ] ?? array() ) + array( 'caller' => $frames[ $at + 2 ]['function'] ?? '' );
			}
		}
		return array();
	}

	/**
	 * A function's frame on the stack, with the name of who called it; empty where it is not there.
	 *
	 * @param string      $name       Of the function.
	 * @param string|null $class_name Of the method, where it is one.
	 */
	private static function find( string $name, ?string $class_name = null ): array {
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions -- there is no other way to learn it.
		$frames = debug_backtrace( 0, self::FRAMES );
		foreach ( $frames as $at => $frame ) {
			if ( $name === $frame['function'] && ( $frame['class'] ?? null ) === $class_name ) {
				return $frame + array( 'caller' => $frames[ $at + 1 ]['function'] ?? '' );
			}
		}
		return array();
	}
}
