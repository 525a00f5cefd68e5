<?php
/**
 * SQL that a page was made of.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Statements are told by who makes them, not by what they say: what core's own functions read is seen by a hook or in the object cache.
 * Whatever else reads core's tables may have read anything in them; and who reads others makes the page partial.
 */
final class Statements {
	/** Deep enough for a database class of a plugin between WordPress's and its caller. */
	const FRAMES = 12;

	/** Core's tables without their prefix, and the classes of tags that tell of all that is in them. */
	const TABLES = array(
		'posts'              => array( 'post', 'list', 'count' ),
		'postmeta'           => array( 'post' ),
		'terms'              => array( 'term', 'terms' ),
		'termmeta'           => array( 'term' ),
		'term_taxonomy'      => array( 'term', 'terms' ),
		'term_relationships' => array( 'post' ),
		'comments'           => array( 'comments' ),
		'commentmeta'        => array( 'comments' ),
		'users'              => array( 'user', 'users' ),
		'usermeta'           => array( 'user' ),
	);

	/** Text in quotes, in which anything may stand. */
	const TEXT = '/\'(?:[^\'\\\\]|\\\\.|\'\')*\'|"(?:[^"\\\\]|\\\\.|"")*"/s';

	/** A table that is read, with an alias perhaps, and nothing behind it that could be another one. */
	const TABLE = '/\b(?:FROM|JOIN)\s+`?(\w+)`?(?:\s+(?:AS\s+)?(?!(?:' . self::BEHIND . ')\b)`?\w+`?)?\s*(?=$|[);]|(?:' . self::BEHIND . ')\b)/i';

	/** What may stand behind a table. */
	const BEHIND = 'INNER|LEFT|RIGHT|CROSS|NATURAL|JOIN|ON|USING|USE|FORCE|IGNORE|WHERE|GROUP|HAVING|ORDER|LIMIT|UNION|FOR';

	/** Functions of core, and the tags of those that nothing else tells. */
	const CALLERS = array(
		'WP_Query::get_posts'                  => array(),
		'WP_Query::set_found_posts'            => array(),
		'WP_Term_Query::get_terms'             => array(),
		'WP_Comment_Query::get_comment_ids'    => array(),
		'WP_Comment_Query::set_found_comments' => array(),
		'WP_User_Query::query'                 => array(),
		'WP_Post::get_instance'                => array(),
		'WP_Term::get_instance'                => array(),
		'WP_Comment::get_instance'             => array(),
		'WP_User::get_data_by'                 => array(),
		'WP_Site::get_instance'                => array(),
		'WP_Network::get_instance'             => array(),
		'get_blog_details'                     => array(),
		'is_site_meta_supported'               => array(),
		'ms_allowed_http_request_hosts'        => array(),
		'_prime_post_caches'                   => array(),
		'_prime_post_parent_id_caches'         => array(),
		'_prime_term_caches'                   => array(),
		'_prime_comment_caches'                => array(),
		'_prime_site_caches'                   => array(),
		'_prime_network_caches'                => array(),
		'cache_users'                          => array(),
		'update_meta_cache'                    => array(),
		'get_option'                           => array(),
		'get_network_option'                   => array(),
		'wp_load_alloptions'                   => array(),
		'wp_load_core_site_options'            => array(),
		'wp_prime_option_caches'               => array(),
		'wp_prime_network_option_caches'       => array(),
		'is_blog_installed'                    => array(),
		'get_adjacent_post'                    => array(),
		'wp_get_archives'                      => array(),
		'get_calendar'                         => array(),
		'get_page_by_path'                     => array(),
		'get_pages'                            => array(),
		'get_all_page_ids'                     => array(),
		'get_objects_in_term'                  => array(),
		'_get_last_post_time'                  => array(),
		'get_lastcommentmodified'              => array(),
		'wp_count_posts'                       => array(),
		'wp_count_attachments'                 => array(),
		'count_user_posts'                     => array(),
		'count_many_users_posts'               => array( 'list:any', 'order:any/author' ),
		'_pad_term_counts'                     => array(),
		'_find_post_by_old_slug'               => array(),
		'_find_post_by_old_date'               => array(),
		'is_multi_author'                      => array(),
		'redirect_guess_404_permalink'         => array(),
		'redirect_canonical'                   => array( 'users:all' ),
		'wp_list_authors'                      => array( 'list:any', 'order:any/author' ),
		'count_users'                          => array( 'users:all' ),
		'get_page_by_title'                    => array( 'list:any', 'order:any/title' ),
		'attachment_url_to_postid'             => array( 'list:attachment', 'order:attachment/meta' ),
		'get_available_post_mime_types'        => array( 'list:attachment' ),
		'wp_enqueue_media'                     => array( 'list:attachment' ),
		// These write; what they look up first is not shown.
		'add_metadata'                         => array(),
		'update_metadata'                      => array(),
		'delete_metadata'                      => array(),
		'update_option'                        => array(),
		'delete_option'                        => array(),
		'wp_set_option_autoload_values'        => array(),
	);

	/**
	 * Each statement, before it is made.
	 *
	 * @param string $sql The statement.
	 */
	public static function filter_query( $sql ) {
		// Writes are no reads; SHOW and DESCRIBE tell of tables.
		if ( ! preg_match( '/^[\s(]*(?:SELECT|WITH)\b/i', $sql ) ) {
			return $sql;
		}
		$caller = self::caller();
		if ( ! isset( self::CALLERS[ $caller ] ) ) {
			self::note_tables( $sql );
			return $sql;
		}
		foreach ( self::CALLERS[ $caller ] as $tag ) {
			Reads::$tags[ Reads::$prefix . $tag ] = true;
		}
		if ( 'redirect_guess_404_permalink' === $caller ) {
			Slug::note_start( (string) get_query_var( 'name' ) );
		}
		return $sql;
	}

	/**
	 * Who asked the database: a function, or a method with its class.
	 */
	private static function caller(): string {
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions -- there is no other way to learn it.
		$frames = debug_backtrace( DEBUG_BACKTRACE_IGNORE_ARGS, self::FRAMES );
		$inside = false;
		foreach ( $frames as $frame ) {
			$class_name = $frame['class'] ?? '';
			$is_wpdb    = 'wpdb' === $class_name || is_subclass_of( $class_name, 'wpdb' );
			if ( $inside && ! $is_wpdb ) {
				return ( '' === $class_name ? '' : $class_name . '::' ) . $frame['function'];
			}
			$inside = $is_wpdb;
		}
		return '';
	}

	/**
	 * Notes all that may have been read by a statement of somebody's own.
	 *
	 * @param string $sql The statement.
	 */
	private static function note_tables( string $sql ) {
		$tables = self::tables_of( $sql );
		if ( null === $tables ) {
			Reads::$partial = true;
			return;
		}
		foreach ( $tables as $table ) {
			foreach ( self::TABLES[ $table ] as $class_name ) {
				Reads::note( $class_name, '*' );
			}
		}
	}

	/**
	 * Whether a query of posts, terms, comments or users, which plugins may have changed, reads nothing else.
	 *
	 * @param string $sql Of one of core's query classes.
	 */
	public static function reads_only_core( string $sql ): bool {
		return null !== self::tables_of( $sql );
	}

	/**
	 * Core's tables that a statement reads, without their prefix; null where it reads others too.
	 *
	 * @param string $sql The statement.
	 * @return string[]|null
	 */
	private static function tables_of( string $sql ): ?array {
		$sql    = (string) preg_replace( self::TEXT, "''", $sql );
		$known  = self::tables();
		$tables = array();
		if ( preg_match_all( self::TABLE, $sql, $matches ) !== preg_match_all( '/FROM\b|JOIN\b|\/\*|--|#/i', $sql ) ) {
			return null;
		}
		foreach ( $matches[1] as $table ) {
			if ( ! isset( $known[ $table ] ) ) {
				return null;
			}
			$tables[] = $known[ $table ];
		}
		return $tables;
	}

	/**
	 * Core's tables in the present blog. $wpdb->tables() has those of plugins as well.
	 *
	 * @return array<string,string>
	 */
	private static function tables(): array {
		global $wpdb;
		static $tables = array();
		if ( ! isset( $tables[ Reads::$prefix ] ) ) {
			$prefix = $wpdb->get_blog_prefix( '' === Reads::$prefix ? null : (int) substr( Reads::$prefix, 1 ) );
			$names  = array(
				$wpdb->users    => 'users',
				$wpdb->usermeta => 'usermeta',
			);
			foreach ( array_keys( array_diff_key( self::TABLES, array_flip( $names ) ) ) as $table ) {
				$names[ $prefix . $table ] = $table;
			}
			$tables[ Reads::$prefix ] = $names;
		}
		return $tables[ Reads::$prefix ];
	}
}
