<?php
/**
 * What is different between two states of a post.
 *
 * @package Platen
 */

namespace Platen\Change;

use Platen\Record\Slug;

defined( 'ABSPATH' ) || exit;

/**
 * Tags of what a post changed: itself, the lists that it entered, left or moved in, and the orders that it is sorted by.
 */
final class Post_Difference {
	/** Orders by the field that they go by. `modified` is not among them: every save changes it. */
	const ORDERS = array(
		'title'      => 'post_title',
		'menu_order' => 'menu_order',
		'name'       => 'post_name',
		'author'     => 'post_author',
		'parent'     => 'post_parent',
	);

	/**
	 * As it was.
	 *
	 * @var Post_State
	 */
	public $before;

	/**
	 * As it is.
	 *
	 * @var Post_State
	 */
	public $after;

	/**
	 * What happened to it: keys are saved, meta and terms.
	 *
	 * @var true[]
	 */
	private $causes;

	/**
	 * Compares.
	 *
	 * @param Post_State $before As it was.
	 * @param Post_State $after  As it is.
	 * @param true[]     $causes What happened to it: keys are saved, meta and terms.
	 */
	public function __construct( Post_State $before, Post_State $after, array $causes ) {
		$this->before = $before;
		$this->after  = $after;
		$this->causes = $causes;
	}

	/**
	 * Whether visitors can't see any of it.
	 */
	public function is_nothing(): bool {
		if ( $this->before->is_silent() && $this->after->is_silent() ) {
			return true;
		}
		return array( 'terms' => true ) === $this->causes && $this->before->terms === $this->after->terms;
	}

	/**
	 * Whether it is in lists now and was not, or the other way round. Many lists have nothing but what is published, whatever else a
	 * plugin lets visitors see.
	 */
	public function appears_or_disappears(): bool {
		return $this->before->listed !== $this->after->listed || $this->before->row->post_type !== $this->after->row->post_type
			|| ( $this->after->listed && self::is_published( $this->before ) !== self::is_published( $this->after ) );
	}

	/**
	 * Whether it has core's own status of what visitors see.
	 *
	 * @param Post_State $state One of the two.
	 */
	private static function is_published( Post_State $state ): bool {
		return 'publish' === $state->row->post_status;
	}

	/**
	 * Whether nobody may read it any more.
	 */
	public function closes(): bool {
		return $this->before->is_open() && ! $this->after->is_open();
	}

	/**
	 * Tags of all of it.
	 *
	 * @return string[]
	 */
	public function tags(): array {
		$tags = array( array( Tag::of( 'post', $this->after->row->ID ) ) );
		if ( $this->appears_or_disappears() || ( $this->before->listed && $this->moves() ) ) {
			$tags[] = $this->membership( $this->before );
			$tags[] = $this->membership( $this->after );
		} elseif ( $this->after->listed ) {
			$tags[] = $this->shifts();
			$tags[] = $this->orders();
		}
		$tags[] = $this->counts();
		$tags[] = $this->addresses();
		return array_merge( ...$tags );
	}

	/**
	 * Whether it is elsewhere in lists by date. One with a password may be left out of lists.
	 */
	public function moves(): bool {
		return $this->before->row->post_date !== $this->after->row->post_date
			|| ( '' === $this->before->row->post_password ) !== ( '' === $this->after->row->post_password );
	}

	/**
	 * Tags of all lists that a state is in.
	 *
	 * @param Post_State $state One of the two.
	 */
	private function membership( Post_State $state ): array {
		if ( ! $state->listed ) {
			return array();
		}
		$row        = $state->row;
		$conditions = array( '', '/user:' . $row->post_author, '/parent:' . $row->post_parent, '/search' );
		foreach ( array( 4, 7, 10 ) as $length ) {
			$conditions[] = '/date:' . substr( $row->post_date, 0, $length );
		}
		foreach ( array_keys( $state->branches ) as $term ) {
			$conditions[] = '/term:' . $term;
		}
		return self::lists( $row->post_type, $conditions );
	}

	/**
	 * Tags of lists that it entered or left while it stayed in the others.
	 */
	private function shifts(): array {
		$before     = $this->before;
		$after      = $this->after;
		$conditions = isset( $this->causes['saved'] ) ? array( '/search' ) : array();
		foreach ( array_keys( array_diff_key( $before->branches, $after->branches ) + array_diff_key( $after->branches, $before->branches ) ) as $term ) {
			$conditions[] = '/term:' . $term;
		}
		foreach ( array( 'user' => 'post_author', 'parent' => 'post_parent' ) as $name => $field ) {
			if ( (int) $before->row->$field !== (int) $after->row->$field ) {
				$conditions[] = "/$name:" . $before->row->$field;
				$conditions[] = "/$name:" . $after->row->$field;
			}
		}
		// To be below nothing is no condition.
		if ( $before->row->post_parent !== $after->row->post_parent && 0 === (int) $before->row->post_parent * (int) $after->row->post_parent ) {
			$conditions[] = '';
		}
		return self::lists( $after->row->post_type, $conditions );
	}

	/**
	 * Tags of the orders in which it may be elsewhere.
	 */
	private function orders(): array {
		$keys = isset( $this->causes['saved'] ) ? array( 'modified' ) : array();
		foreach ( self::ORDERS as $key => $field ) {
			if ( (string) $this->before->row->$field !== (string) $this->after->row->$field ) {
				$keys[] = $key;
			}
		}
		if ( isset( $this->causes['meta'] ) ) {
			$keys[] = 'meta';
		}
		$tags = array();
		foreach ( $keys as $key ) {
			$tags = array_merge( $tags, Tag::lists( 'order', $this->after->row->post_type, '/' . $key ) );
		}
		return $tags;
	}

	/**
	 * Tags of numbers that depend on it: of posts that a term has, and of comments that can be seen.
	 */
	private function counts(): array {
		$before     = $this->before;
		$after      = $this->after;
		$moved      = $this->appears_or_disappears();
		$taxonomies = $moved ? $before->terms + $after->terms : array_diff_key( $before->terms, $after->terms ) + array_diff_key( $after->terms, $before->terms );
		$tags       = array();
		foreach ( array_unique( $taxonomies ) as $taxonomy ) {
			$tags[] = Tag::of( 'terms', $taxonomy );
		}
		if ( $moved && $before->row->comment_count + $after->row->comment_count > 0 ) {
			$tags[] = Tag::of( 'comments', $after->row->ID );
			$tags[] = Tag::of( 'comments', 'all' );
		}
		return $tags;
	}

	/**
	 * Tags of the addresses that it comes to have or had.
	 */
	private function addresses(): array {
		$before = $this->before;
		$after  = $this->after;
		$stays  = ! $this->appears_or_disappears() && ! $this->moves() && $before->row->post_name === $after->row->post_name && $before->row->post_parent === $after->row->post_parent;
		$tags   = array();
		foreach ( $stays ? array() : array( $before, $after ) as $state ) {
			foreach ( $state->listed ? Slug::names( $state->row->post_name ) : array() as $name ) {
				$tags[] = Tag::of( 'slug', $name );
			}
		}
		return $tags;
	}

	/**
	 * Tags of lists of a type.
	 *
	 * @param string   $type       Post type.
	 * @param string[] $conditions With their slashes.
	 */
	private static function lists( string $type, array $conditions ): array {
		$tags = array();
		foreach ( $conditions as $condition ) {
			$tags = array_merge( $tags, Tag::lists( 'list', $type, $condition ) );
		}
		return $tags;
	}
}
