<?php
/**
 * Rules for a post.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * URLs at which a post may be seen, for pages of which nothing is recorded.
 */
final class Post_Rules {
	/**
	 * What is added to.
	 *
	 * @var Change
	 */
	private $change;

	/**
	 * Whether posts before and after it are looked up.
	 *
	 * @var bool
	 */
	private $with_neighbours;

	/**
	 * Begins.
	 *
	 * @param Change $change          What is added to.
	 * @param bool   $with_neighbours Whether posts before and after are looked up, which takes queries.
	 */
	public function __construct( Change $change, bool $with_neighbours ) {
		$this->change          = $change;
		$this->with_neighbours = $with_neighbours;
	}

	/**
	 * Adds a state in which the post is or was listed.
	 *
	 * @param Post_State $state Of the post.
	 */
	public function add( Post_State $state ) {
		$this->itself( $state );
		$this->above( $state );
		if ( 'attachment' === $state->row->post_type ) {
			return;
		}
		Site_Rules::lists( $this->change );
		Site_Rules::sitemaps( $this->change, $state->row->post_type );
		$this->archives( $state );
		if ( $this->with_neighbours ) {
			array_map( array( $this->change, 'page' ), Neighbours::of( $state ) );
		}
	}

	/**
	 * The post's own pages.
	 *
	 * @param Post_State $state Of the post.
	 */
	private function itself( Post_State $state ) {
		$urls = array_merge( Post_Addresses::below( $state ), Post_Addresses::fixed( $state ) );
		array_map( array( $this->change, 'page' ), $urls );
		$plain = false !== strpos( $state->link, '?' );
		// What begins with the address of the front page is everything, and what begins with that of a page are its children too.
		if ( $plain ) {
			$this->change->tree( $state->link . '&' );
		} elseif ( ! is_post_type_hierarchical( $state->row->post_type ) && untrailingslashit( $state->link ) !== untrailingslashit( home_url() ) ) {
			$this->change->tree( trailingslashit( $state->link ) );
		}
		$this->change->tree( get_oembed_endpoint_url( $state->link ) );
		Site_Rules::rest( $this->change, Post_Addresses::route( $state->row->post_type ), $state->row->ID );
	}

	/**
	 * Pages above it, which may list it.
	 *
	 * @param Post_State $state Of the post.
	 */
	private function above( Post_State $state ) {
		$parent = (int) $state->row->post_parent;
		if ( $parent && get_post( $parent ) ) {
			foreach ( array_merge( array( $parent ), get_post_ancestors( $parent ) ) as $post ) {
				$this->change->page( get_permalink( $post ) );
			}
		}
	}

	/**
	 * Archives that list it.
	 *
	 * @param Post_State $state Of the post.
	 */
	private function archives( Post_State $state ) {
		if ( 'post' !== $state->row->post_type ) {
			$this->change->archive( get_post_type_archive_link( $state->row->post_type ) );
		}
		foreach ( $state->branches as $term => $taxonomy ) {
			if ( is_taxonomy_viewable( $taxonomy ) ) {
				$this->change->archive( get_term_link( $term, $taxonomy ) );
			}
		}
		if ( 'post' === $state->row->post_type ) {
			$this->change->archive( get_author_posts_url( (int) $state->row->post_author ) );
			list( $year, $month, $day ) = array_map( 'intval', explode( '-', substr( $state->row->post_date, 0, 10 ) ) );
			$this->change->archive( get_year_link( $year ) );
			$this->change->archive( get_month_link( $year, $month ) );
			$this->change->archive( get_day_link( $year, $month, $day ) );
		}
	}
}
