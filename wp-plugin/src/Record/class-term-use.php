<?php
/**
 * How much of a term a page has.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * WordPress fetches the terms of all posts that it lists, so that they are at hand, and puts the slugs of a post's terms into its HTML
 * class. Of the first a page has nothing, of the second no more than a slug. Both lie between two hooks.
 */
final class Term_Use {
	const SHOWN   = '';
	const SLUG    = 'slug';
	const FETCHED = 'fetched';

	/** Core's functions that fetch terms for whoever called them. */
	const ON_BEHALF = array(
		'get_the_terms'       => true,
		'wp_get_object_terms' => true,
	);

	/**
	 * What terms are read for, innermost last; shown where there is nothing.
	 *
	 * @var string[]
	 */
	private static $uses = array();

	/**
	 * Terms that were not shown, as far as is known: the use by the term's prefix and id.
	 *
	 * @var array<string,array<string,true>>
	 */
	private static $other = array();

	/**
	 * Whether an end was missed, because a plugin took a hook away, say. Then all terms are taken for shown.
	 *
	 * @var bool
	 */
	private static $is_astray = false;

	/**
	 * Notes a term.
	 *
	 * @param int $id Its id.
	 */
	public static function note( int $id ) {
		$use = end( self::$uses );
		if ( ! $use || self::$is_astray ) {
			Reads::note( 'term', $id );
		} else {
			self::$other[ $use ][ Reads::$prefix . "\n" . $id ] = true;
		}
	}

	/**
	 * Terms of posts are about to be looked up.
	 *
	 * @param array $args Passed on.
	 */
	public static function filter_wp_get_object_terms_args( $args ) {
		$caller = Core_Call::caller( 'wp_get_object_terms' );
		if ( 'update_object_term_cache' === $caller ) {
			self::begin( self::FETCHED );
		} else {
			self::begin( isset( self::ON_BEHALF[ $caller ] ) ? (string) end( self::$uses ) : self::SHOWN );
		}
		return $args;
	}

	/**
	 * They were.
	 *
	 * @param mixed $terms Passed on.
	 */
	public static function filter_get_object_terms( $terms ) {
		self::end();
		return $terms;
	}

	/**
	 * A post's HTML classes are about to have its terms.
	 *
	 * @param mixed $taxonomies Passed on.
	 */
	public static function filter_post_class_taxonomies( $taxonomies ) {
		// One in another: the end of the former was missed.
		self::$is_astray = self::$is_astray || in_array( self::SLUG, self::$uses, true );
		self::begin( self::SLUG );
		return $taxonomies;
	}

	/**
	 * They have.
	 *
	 * @param mixed $classes Passed on.
	 */
	public static function filter_post_class( $classes ) {
		// Older themes call the filter themselves.
		if ( self::SLUG === end( self::$uses ) ) {
			self::end();
		}
		return $classes;
	}

	/**
	 * Makes tags of the terms that were not shown.
	 */
	public static function settle() {
		$is_astray = self::$is_astray || array() !== self::$uses;
		foreach ( $is_astray ? self::$other : array( self::SLUG => self::$other[ self::SLUG ] ?? array() ) as $terms ) {
			foreach ( $terms as $term => $true ) {
				list( $prefix, $id ) = explode( "\n", $term );
				Reads::$tags[ $prefix . ( $is_astray ? 'term:' : 'termslug:' ) . $id ] = true;
			}
		}
		self::$uses      = array();
		self::$other     = array();
		self::$is_astray = false;
	}

	/**
	 * Something begins.
	 *
	 * @param string $use What for.
	 */
	private static function begin( string $use ) {
		self::$uses[] = $use;
		self::forget();
	}

	/**
	 * It ends.
	 */
	private static function end() {
		array_pop( self::$uses );
		self::forget();
	}

	/**
	 * What is read again is read for something else.
	 */
	private static function forget() {
		foreach ( Cache_Groups::TERMS as $group => $true ) {
			Watched_Cache::forget( $group );
		}
	}
}
