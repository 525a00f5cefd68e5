<?php
/**
 * The part of a list that a query read.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Most pages that list posts read the newest few: nothing that happens behind them changes those pages. How far a query read is known where
 * its SQL asks for nothing but published posts of one type by their date.
 */
final class Post_Window {
	/** Windows behind this are lists like any other. */
	const MOST = 1024;

	/** So many posts a page: other sizes have the tag that every change of a list has. */
	const LONGEST_PAGE = 100;

	/** Parts of the SQL: whether all are counted, posts that it leaves out, type (in either place, by whether a status was asked for), offset and limit. */
	const SQL = "/^\\s*SELECT\\s+(SQL_CALC_FOUND_ROWS\\s+)?(?<t>\\w+)\\.(?:ID|\\*)\\s+FROM \\g{t}\\s+WHERE 1=1\\s+(?:AND \\g{t}\\.ID NOT IN \\((?<not>[\\d,\\s]*)\\)\\s+)?AND (?:\\(\\(\\g{t}\\.post_type = '(?<type>[^']+)' AND \\(\\g{t}\\.post_status = 'publish'\\)\\)\\)|\\g{t}\\.post_type = '(?<also>[^']+)'\\s+AND \\(\\(\\g{t}\\.post_status = 'publish'\\)\\))\\s+ORDER BY \\g{t}\\.post_date DESC\\s+LIMIT (?:(?<offset>\\d+), *)?(?<limit>\\d+)\\s*$/D";

	/**
	 * Whether the page says how many posts there are.
	 *
	 * @var bool
	 */
	public static $is_total_shown = false;

	/**
	 * The type.
	 *
	 * @var string
	 */
	private $type;

	/**
	 * How many posts from the newest on can be in it.
	 *
	 * @var int
	 */
	private $reach;

	/**
	 * How many posts a page has, if all are counted so that pages can be numbered.
	 *
	 * @var int
	 */
	private $page;

	/**
	 * The window of a query that was made, if it is one.
	 *
	 * @param mixed $sql Of the query, if it has come to be.
	 */
	public static function of( $sql ): ?self {
		if ( ! is_string( $sql ) || ! preg_match( self::SQL, $sql, $match ) ) {
			return null;
		}
		$left_out      = '' === $match['not'] ? 0 : substr_count( $match['not'], ',' ) + 1;
		$window        = new self();
		$window->type  = Tag::name( $match['type'] . $match['also'] );
		$window->reach = (int) $match['offset'] + (int) $match['limit'] + $left_out;
		// How many of those that it leaves out would be counted is not known.
		$window->page = '' === $match[1] ? 0 : ( 0 === $left_out && (int) $match['limit'] <= self::LONGEST_PAGE ? (int) $match['limit'] : 1 );
		return $window->reach > self::MOST ? null : $window;
	}

	/**
	 * A block says how many posts there are, not only how many pages.
	 *
	 * @param string $content Passed on.
	 */
	public static function filter_query_total( $content ) {
		self::$is_total_shown = true;
		return $content;
	}

	/**
	 * Notes its tags.
	 *
	 * @param bool $is_counted Whether somebody may tell how many pages there are.
	 */
	public function note( bool $is_counted ) {
		Reads::note( 'list', $this->type . '/newest:' . self::size( $this->reach ) );
		if ( $is_counted && $this->page > 0 ) {
			// So do answers of the REST API.
			$is_total = self::$is_total_shown || ( defined( 'REST_REQUEST' ) && REST_REQUEST );
			Reads::note( 'pages', $this->type . '/' . ( $is_total ? 1 : $this->page ) );
		}
	}

	/**
	 * Windows come in a few sizes, so that a change names them all.
	 *
	 * @param int $reach From the newest on, at least 1.
	 */
	public static function size( int $reach ): int {
		return 2 ** (int) ceil( log( $reach, 2 ) );
	}
}
