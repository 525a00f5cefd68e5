<?php
/**
 * What visitors can tell of a post at one moment.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * A post as it was or is; two of them tell which lists it entered or left.
 */
final class Post_State {
	/** Types of which no page shows anything, and which WordPress and others write while they work. */
	const IGNORED = array( 'revision', 'customize_changeset', 'oembed_cache', 'user_request', 'scheduled-action' );

	/** Statuses of posts that nobody sees but editors. `gone`: there is no such post. */
	const SILENT = array( 'gone', 'new', 'draft', 'auto-draft', 'pending', 'future', 'trash' );

	/**
	 * The post.
	 *
	 * @var \WP_Post
	 */
	public $row;

	/**
	 * Whether visitors see it in lists.
	 *
	 * @var bool
	 */
	public $listed = false;

	/**
	 * Names of taxonomies by ids of the post's own terms.
	 *
	 * @var string[]
	 */
	public $terms = array();

	/**
	 * The same with the ancestors of the terms.
	 *
	 * @var string[]
	 */
	public $branches = array();

	/**
	 * Where it is shown; empty where it has no page.
	 *
	 * @var string
	 */
	public $link = '';

	/**
	 * A post as it is.
	 *
	 * @param \WP_Post $row Of the post.
	 */
	public static function of( $row ): self {
		$state         = new self();
		$state->row    = clone $row;
		$state->listed = self::is_public( $row );
		if ( $state->listed ) {
			foreach ( self::terms_of( $row ) as $term ) {
				$state->terms[ $term->term_id ] = $term->taxonomy;
			}
			$state->branches = self::branches_of( $state->terms );
			$state->link     = is_post_type_viewable( $row->post_type ) ? (string) get_permalink( $state->row ) : '';
		}
		return $state;
	}

	/**
	 * A post that has another status than its row says, or `gone`.
	 *
	 * @param \WP_Post $row    Of the post.
	 * @param string   $status Its status at that moment.
	 */
	public static function with_status( $row, string $status ): self {
		$then              = clone $row;
		$then->post_status = $status;
		return self::of( $then );
	}

	/**
	 * Whether anybody may read it.
	 */
	public function is_open(): bool {
		return $this->listed && '' === $this->row->post_password;
	}

	/**
	 * Whether nothing of it can be on a page.
	 */
	public function is_silent(): bool {
		return in_array( $this->row->post_status, self::SILENT, true );
	}

	/**
	 * Whether posts of this kind are shown in lists. Attachments have the status of what they belong to, and are listed on their own.
	 *
	 * @param \WP_Post $row Of the post.
	 */
	public static function is_public( $row ): bool {
		if ( 'attachment' === $row->post_type ) {
			return 'inherit' === $row->post_status;
		}
		$status = get_post_status_object( $row->post_status );
		return $status && $status->public;
	}

	/**
	 * Terms of a post. Not from get_the_terms(), which is filtered.
	 *
	 * @param \WP_Post $row Of the post.
	 * @return \WP_Term[]
	 */
	private static function terms_of( $row ): array {
		$taxonomies = get_object_taxonomies( $row->post_type );
		$terms      = array();
		foreach ( $taxonomies as $taxonomy ) {
			$cached = get_object_term_cache( $row->ID, $taxonomy );
			if ( ! is_array( $cached ) ) {
				$all = wp_get_object_terms( $row->ID, $taxonomies, array( 'update_term_meta_cache' => false ) );
				return is_array( $all ) ? $all : array();
			}
			$terms = array_merge( $terms, $cached );
		}
		return $terms;
	}

	/**
	 * Terms with their ancestors.
	 *
	 * @param string[] $terms Names of taxonomies by ids of terms.
	 * @return string[]
	 */
	public static function branches_of( array $terms ): array {
		$all = $terms;
		foreach ( $terms as $term => $taxonomy ) {
			if ( is_taxonomy_hierarchical( $taxonomy ) ) {
				$all += array_fill_keys( get_ancestors( $term, $taxonomy, 'taxonomy' ), $taxonomy );
			}
		}
		return $all;
	}
}
