<?php
/**
 * Posts that stay on top.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Their list is an option that WordPress reads for each query and each post, and most pages have nothing of it. Who reads it says what
 * the page has.
 */
final class Sticky {
	const OPTION = 'sticky_posts';

	/**
	 * The list is about to be read.
	 *
	 * @param mixed $pre Passed on.
	 */
	public static function filter_pre_option( $pre ) {
		$call = Core_Call::of_option();
		$name = ( $call['class'] ?? '' ) . '::' . ( $call['function'] ?? '' );
		if ( '::is_sticky' === $name ) {
			self::note_post( $call );
		} elseif ( 'WP_Query::get_posts' !== $name || self::is_on_top( $call['object'] ) ) {
			Reads::note( 'option', self::OPTION );
		}
		return $pre;
	}

	/**
	 * Notes that a post was asked whether it is one of them. Its HTML classes tell on the first page of the blog alone, whose own query has
	 * the list.
	 *
	 * @param array $call As Core_Call has it.
	 */
	private static function note_post( array $call ) {
		if ( 'get_post_class' !== $call['caller'] || is_admin() || ( is_home() && ! is_paged() ) ) {
			Reads::note( 'sticky', (int) $call['args'][0] );
		}
	}

	/**
	 * Whether WordPress puts them on top of what a query finds: the condition of WP_Query::get_posts().
	 *
	 * @param \WP_Query $query The query.
	 */
	private static function is_on_top( $query ): bool {
		return $query->is_home && ! $query->get( 'ignore_sticky_posts' ) && (int) $query->get( 'paged' ) <= 1;
	}
}
