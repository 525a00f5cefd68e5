<?php
/**
 * Where posts are in the list of all of their type.
 *
 * @package Platen
 */

namespace Platen\Change;

use Platen\Record\Post_Window;
use Platen\Spool\Spool;

defined( 'ABSPATH' ) || exit;

/**
 * Pages that read the newest few posts change only where a post comes, goes or moves among those; page numbers only where there is a page
 * more or less; links to the posts before and after only beside it. To tell takes a few queries, each answered by an index.
 */
final class Post_Places {
	/** More at once have all pages with links to posts before and after made again. */
	const WITH_NEIGHBOURS = 5;

	/** So many posts may other requests have changed meanwhile, if any has. */
	const MEANWHILE = 2;

	/** More than so many posts with the same date, likewise. */
	const ALIKE = 50;

	/**
	 * How many posts change together.
	 *
	 * @var int
	 */
	private $together;

	/**
	 * How many published posts there are, by type.
	 *
	 * @var int[]
	 */
	private $published = array();

	/**
	 * Begins.
	 *
	 * @param int $together How many posts change together.
	 */
	public function __construct( int $together ) {
		$this->together = $together;
	}

	/**
	 * Tags of the places that a post came to or left.
	 *
	 * @param Post_Difference $difference Of the post.
	 * @return string[]
	 */
	public function tags( Post_Difference $difference ): array {
		$comes_or_goes = $difference->appears_or_disappears();
		if ( ! $comes_or_goes && ! $difference->moves() ) {
			return array();
		}
		$tags = array();
		foreach ( array( $difference->before, $difference->after ) as $state ) {
			// Others are in none of the lists that this is about.
			if ( $state->listed && 'publish' === $state->row->post_status ) {
				$is_after = $state === $difference->after;
				$tags[]   = self::windows( $state->row );
				$tags[]   = $comes_or_goes ? $this->pages( $state->row->post_type, $is_after ) : array();
				$tags[]   = $is_after ? $this->neighbours( $state->row ) : array();
			}
		}
		return array_merge( array(), ...$tags );
	}

	/**
	 * Tags of the windows that reach as far as a post. Of several that change together the newest has its own place, and the others have
	 * theirs or one before it; so each window of which anything changed is named.
	 *
	 * @param \WP_Post $row Of the post.
	 */
	private static function windows( $row ): array {
		global $wpdb;
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- when something is saved, not when a page is shown.
		$newer = (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM (SELECT 1 FROM $wpdb->posts WHERE post_type = %s AND post_status = 'publish' AND post_date > %s AND ID <> %d LIMIT %d) AS newer", $row->post_type, $row->post_date, $row->ID, Post_Window::MOST ) );
		$tags  = array();
		for ( $size = Post_Window::size( $newer + 1 ); $size <= Post_Window::MOST; $size *= 2 ) {
			$tags[] = Tag::of( 'list', "$row->post_type/newest:$size" );
		}
		return $tags;
	}

	/**
	 * Tags of the sizes of pages of which there is one more or less: from one post to the next there is where the number of posts is a
	 * multiple of the size. Others that change at the same time move the number along.
	 *
	 * @param string $type     Of the post.
	 * @param bool   $is_after Whether it is one of them now.
	 */
	private function pages( string $type, bool $is_after ): array {
		$now    = $this->published( $type );
		$others = $this->together - 1 + ( Spool::has_news() ? self::MEANWHILE : 0 );
		$from   = $now - (int) $is_after - $others;
		$to     = $now - (int) $is_after + $others;
		$tags = array();
		for ( $size = 1; $size <= Post_Window::LONGEST_PAGE; $size++ ) {
			if ( floor( $to / $size ) > floor( ( $from - 1 ) / $size ) ) {
				$tags[] = Tag::of( 'pages', "$type/$size" );
			}
		}
		return $tags;
	}

	/**
	 * How many published posts there are.
	 *
	 * @param string $type Of posts.
	 */
	private function published( string $type ): int {
		global $wpdb;
		if ( ! isset( $this->published[ $type ] ) ) {
			// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- likewise; wp_count_posts() has it filtered.
			$this->published[ $type ] = (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->posts WHERE post_type = %s AND post_status = 'publish'", $type ) );
		}
		return $this->published[ $type ];
	}

	/**
	 * Tags of the posts that it came to stand beside. Those that it stood beside have read it.
	 *
	 * @param \WP_Post $row Of the post.
	 */
	private function neighbours( $row ): array {
		global $wpdb;
		$all = array( Tag::of( 'near', $row->post_type ) );
		if ( $this->together > self::WITH_NEIGHBOURS ) {
			return $all;
		}
		// phpcs:disable WordPress.DB.DirectDatabaseQuery -- likewise.
		$others = $wpdb->get_col(
			$wpdb->prepare(
				"SELECT ID FROM $wpdb->posts WHERE post_type = %s AND post_status = 'publish' AND ID <> %d AND post_date IN (
					%s,
					(SELECT MAX(post_date) FROM $wpdb->posts WHERE post_type = %s AND post_status = 'publish' AND ID <> %d AND post_date < %s),
					(SELECT MIN(post_date) FROM $wpdb->posts WHERE post_type = %s AND post_status = 'publish' AND ID <> %d AND post_date > %s)
				) LIMIT %d",
				$row->post_type,
				$row->ID,
				$row->post_date,
				$row->post_type,
				$row->ID,
				$row->post_date,
				$row->post_type,
				$row->ID,
				$row->post_date,
				self::ALIKE + 1
			)
		);
		// phpcs:enable
		if ( count( $others ) > self::ALIKE ) {
			return $all;
		}
		return array_map(
			static function ( $id ): string {
				return Tag::of( 'near', $id );
			},
			$others
		);
	}
}
