<?php
/**
 * The posts before and after one.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Whichever was found has a tag by being read. What else may come to stand there is told by the post in the middle where core chose by date
 * alone, and by the whole list where anything else has a say.
 */
final class Adjacent {
	/** Core's own SQL for visitors; from WordPress 6.9 on, of posts with the same date the number decides. */
	const SQL = "/^WHERE (?:p\\.post_date [<>] '[^']*'|\\(p\\.post_date [<>] '[^']*' OR \\(p\\.post_date = '[^']*' AND p\\.ID [<>] \\d+\\)\\)) AND p\\.post_type = '[^']*'\\s+AND p\\.post_status = 'publish'\\s*$/D";

	/**
	 * WordPress is about to look for one.
	 *
	 * @param string    $where    SQL.
	 * @param bool      $same     Whether it has to have a term of the post's.
	 * @param int[]|''  $excluded Terms that it must not have.
	 * @param string    $taxonomy Of the terms.
	 * @param \WP_Post  $post     The post.
	 */
	public static function filter_where( $where, $same, $excluded, $taxonomy, $post ) {
		$type = Tag::name( (string) $post->post_type );
		if ( self::is_by_date( (string) $where, (string) current_filter() ) ) {
			Reads::note( 'near', $post->ID );
			Reads::note( 'near', $type );
			return $where;
		}
		Reads::note( 'list', $type );
		// WordPress has just read the post's terms; here they are as it puts them into SQL.
		preg_match_all( '/\bterm_id IN \(([\d,\s]+)\)/', $where, $matches );
		foreach ( wp_parse_id_list( implode( ',', $matches[1] ) ) as $term ) {
			Reads::note( 'list', "$type/term:$term" );
		}
		return $where;
	}

	/**
	 * Whether core alone decides, by the date.
	 *
	 * @param string $where SQL.
	 * @param string $hook  The one that tells it.
	 */
	private static function is_by_date( string $where, string $hook ): bool {
		return 1 === preg_match( self::SQL, $where )
			&& ! has_filter( str_replace( '_where', '_join', $hook ) ) && ! has_filter( str_replace( '_where', '_sort', $hook ) );
	}
}
