<?php
/**
 * Which states of posts changes tell of.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * A list changes when a published post appears or disappears. Lists of drafts or of posts to come change without that.
 */
final class Post_Status {
	const TOLD = array( 'publish', 'inherit' );

	/** Asked for by core along with published templates and styles, which have no such state in practice. */
	const UNSEEN = array( 'draft', 'auto-draft', 'pending', 'future', 'private', 'trash' );

	/**
	 * Whether changes tell of all posts of these states and types.
	 *
	 * @param array    $statuses As WP_Query has them.
	 * @param string[] $types    Post types.
	 */
	public static function is_told( array $statuses, array $types ): bool {
		$statuses = array_filter( array_map( 'trim', explode( ',', implode( ',', array_filter( $statuses, 'is_string' ) ) ) ) );
		$others   = array_diff( $statuses, self::TOLD );
		if ( array() === $others ) {
			return true;
		}
		foreach ( $types as $type ) {
			if ( 'any' === $type || is_post_type_viewable( $type ) ) {
				return false;
			}
		}
		return array() === array_diff( $others, self::UNSEEN );
	}
}
