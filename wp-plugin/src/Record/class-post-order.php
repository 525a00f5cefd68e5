<?php
/**
 * What a list of posts is sorted and chosen by, besides its conditions.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * As tags have it behind the type: a post may come into the list without being published, by another title, say.
 */
final class Post_Order {
	/** Orders by something that changes, and what it is in the tag. */
	const ORDERS = array(
		'modified'          => 'modified',
		'modified_gmt'      => 'modified',
		'post_modified'     => 'modified',
		'post_modified_gmt' => 'modified',
		'title'             => 'title',
		'post_title'        => 'title',
		'menu_order'        => 'menu_order',
		'comment_count'     => 'comment_count',
		'name'              => 'name',
		'post_name'         => 'name',
		'author'            => 'author',
		'post_author'       => 'author',
		'parent'            => 'parent',
		'post_parent'       => 'parent',
		'meta_value'        => 'meta',
		'meta_value_num'    => 'meta',
	);

	/** Orders that move with the list, or that nothing can keep fresh. */
	const STEADY_ORDERS = '/^(?:(?:post_)?(?:date|date_gmt|type)|ID|id|none|relevance|include|post__in|post_name__in|post_parent__in|rand(?:\(.*\))?|)$/i';

	/**
	 * The query.
	 *
	 * @var \WP_Query
	 */
	private $query;

	/**
	 * Its variables, as WordPress left them.
	 *
	 * @var array
	 */
	private $vars;

	/**
	 * Reads a query that was made.
	 *
	 * @param \WP_Query $query The query.
	 */
	public function __construct( \WP_Query $query ) {
		$this->query = $query;
		$this->vars  = $query->query_vars;
	}

	/**
	 * What it is chosen by, and sorted by where that decides what is in it.
	 *
	 * @return string[]
	 */
	public function all(): array {
		$orders = array_intersect( $this->sorted_by(), $this->is_whole() ? array( 'comment_count' ) : self::ORDERS );
		if ( ! empty( $this->query->meta_query->queries ) ) {
			$orders[] = 'meta';
		}
		if ( isset( $this->vars['comment_count'] ) ) {
			$orders[] = 'comment_count';
		}
		foreach ( array( 'menu_order', 'title' ) as $field ) {
			if ( '' !== $this->text( $field ) ) {
				$orders[] = $field;
			}
		}
		return array_unique( $orders );
	}

	/**
	 * What it is sorted by, besides the date.
	 *
	 * @return string[]
	 */
	private function sorted_by(): array {
		$orders = array();
		$by     = $this->vars['orderby'] ?? '';
		foreach ( is_array( $by ) ? array_keys( $by ) : preg_split( '/[\s,]+/', is_string( $by ) ? $by : '' ) as $key ) {
			$key = preg_replace( '/^.*\./', '', (string) $key );
			if ( isset( self::ORDERS[ $key ] ) ) {
				$orders[] = self::ORDERS[ $key ];
			} elseif ( ! preg_match( self::STEADY_ORDERS, $key ) ) {
				// The name of a clause on meta.
				$orders[] = 'meta';
			}
		}
		return $orders;
	}

	/**
	 * Whether it has all posts that there are, and read them: then they tell of their order themselves.
	 */
	private function is_whole(): bool {
		$most = (int) $this->text( 'posts_per_page' );
		return ! in_array( $this->text( 'fields' ), array( 'ids', 'id=>parent' ), true )
			&& ( $most < 0 || ! empty( $this->vars['nopaging'] ) || ( count( (array) $this->query->posts ) < $most && (int) $this->text( 'paged' ) < 2 && 0 === (int) $this->text( 'offset' ) ) );
	}

	/**
	 * A variable that is a word.
	 *
	 * @param string $name Of the variable.
	 */
	private function text( string $name ): string {
		return isset( $this->vars[ $name ] ) && is_scalar( $this->vars[ $name ] ) ? (string) $this->vars[ $name ] : '';
	}
}
