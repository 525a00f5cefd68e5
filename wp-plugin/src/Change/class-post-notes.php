<?php
/**
 * What is written of posts that changed together.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Adds differences of posts to a change. The more there are, the coarser are rules: they are for pages of which nothing is known.
 */
final class Post_Notes {
	/** So many posts at once have rules of their own; more of them stand for the whole site. */
	const WITH_RULES = 20;

	/** So many have rules that need queries. */
	const WITH_NEIGHBOURS = 5;

	/**
	 * What is added to.
	 *
	 * @var Change
	 */
	private $change;

	/**
	 * How many posts there are.
	 *
	 * @var int
	 */
	private $count;

	/**
	 * Where they are in lists by date.
	 *
	 * @var Post_Places
	 */
	private $places;

	/**
	 * Whose posts come and go.
	 *
	 * @var Authors
	 */
	private $authors;

	/**
	 * Begins.
	 *
	 * @param Change $change What is added to.
	 * @param int    $count  How many posts there are.
	 */
	public function __construct( Change $change, int $count ) {
		$this->change  = $change;
		$this->count   = $count;
		$this->places  = new Post_Places( $count );
		$this->authors = new Authors();
	}

	/**
	 * Adds one post.
	 *
	 * @param Post_Difference|null $difference Of the post.
	 */
	public function add( ?Post_Difference $difference ) {
		if ( ! $difference || $difference->is_nothing() ) {
			return;
		}
		$this->change->tags( $difference->tags() );
		$this->change->tags( $this->places->tags( $difference ) );
		$this->change->say( ...self::event( $difference ) );
		$this->change->hide( Post_Addresses::hidden( $difference, $this->count <= self::WITH_RULES ) );
		if ( $difference->closes() && '' !== $difference->before->link ) {
			$this->change->close( Tag::of( 'post', $difference->before->row->ID ) );
		}
		$this->authors->add( $difference );
		$this->rules( $difference );
	}

	/**
	 * Adds what only all of them together tell.
	 */
	public function finish() {
		$this->change->tags( $this->authors->tags() );
	}

	/**
	 * Adds the rules for a post.
	 *
	 * @param Post_Difference $difference Of the post.
	 */
	private function rules( Post_Difference $difference ) {
		$states = array_filter(
			array( $difference->before, $difference->after ),
			static function ( $state ) {
				return $state->listed;
			}
		);
		if ( array() === $states ) {
			return;
		}
		if ( ! is_post_type_viewable( $difference->after->row->post_type ) ) {
			Site_Rules::may_be_anywhere( $this->change );
		} elseif ( $this->count > self::WITH_RULES ) {
			Site_Rules::anywhere( $this->change );
		} else {
			$rules = new Post_Rules( $this->change, $this->count <= self::WITH_NEIGHBOURS );
			array_map( array( $rules, 'add' ), $states );
		}
	}

	/**
	 * What happened, and to what.
	 *
	 * @param Post_Difference $difference Of the post.
	 * @return string[]
	 */
	private static function event( Post_Difference $difference ): array {
		$row = $difference->after->row;
		if ( 'nav_menu_item' === $row->post_type ) {
			return array( 'menu', '' );
		}
		if ( in_array( $row->post_type, array( 'wp_global_styles', 'custom_css' ), true ) ) {
			return array( 'styles', '' );
		}
		if ( ! $difference->before->listed && $difference->after->listed ) {
			return array( 'published', $row->post_title );
		}
		if ( $difference->after->listed ) {
			return array( $difference->closes() ? 'protected' : 'updated', $row->post_title );
		}
		$ends = array(
			'gone'  => 'deleted',
			'trash' => 'trashed',
		);
		return array( $ends[ $row->post_status ] ?? ( $difference->before->listed ? 'unpublished' : 'updated' ), $row->post_title );
	}
}
