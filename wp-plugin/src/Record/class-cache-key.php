<?php
/**
 * What a key of the object cache says about a page.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Makes tags of the keys that are read. A key that nobody knows holds what another request has read, once a cache outlives requests.
 */
final class Cache_Key {
	/**
	 * Unknown keys that this request wrote itself: all that is in them was read here.
	 *
	 * @var array<string,true>
	 */
	private static $own = array();

	/**
	 * Notes a value that was asked for.
	 *
	 * @param int|string $key   Key.
	 * @param string     $group Group.
	 * @param mixed      $value What was found; false where nothing was.
	 */
	public static function read( $key, string $group, $value ) {
		if ( ! self::note( $key, $group, $value ) && false !== $value && wp_using_ext_object_cache() && ! isset( self::$own[ "$group:$key" ] ) ) {
			Reads::$partial = true;
		}
	}

	/**
	 * Notes a value that was asked for among others. Terms are only made ready so; who shows one asks for it alone.
	 *
	 * @param int|string $key   Key.
	 * @param string     $group Group.
	 * @param mixed      $value What was found; false where nothing was.
	 */
	public static function fetched( $key, string $group, $value ) {
		if ( ! self::is_ready( $key, $group, $value ) ) {
			self::read( $key, $group, $value );
		}
	}

	/**
	 * Notes a value that was put in: what comes from the database was read as well, except for terms.
	 *
	 * @param int|string $key   Key.
	 * @param string     $group Group.
	 * @param mixed      $value What it is.
	 */
	public static function written( $key, string $group, $value ) {
		if ( ! self::is_ready( $key, $group, $value ) && ! self::note( $key, $group, $value ) ) {
			self::$own[ "$group:$key" ] = true;
		}
	}

	/**
	 * Whether a value is one that whoever shows it will ask for by itself.
	 *
	 * @param int|string $key   Key.
	 * @param string     $group Group.
	 * @param mixed      $value Its value.
	 */
	private static function is_ready( $key, string $group, $value ): bool {
		if ( ! isset( Cache_Groups::TERMS[ $group ] ) || ! ( is_int( $key ) || ctype_digit( $key ) ) ) {
			return false;
		}
		Terms_Seen::note( $value );
		return true;
	}

	/**
	 * Notes what is known of the key.
	 *
	 * @param int|string $key   Key.
	 * @param string     $group Group.
	 * @param mixed      $value Its value.
	 * @return bool Whether anything is.
	 */
	private static function note( $key, string $group, $value ): bool {
		if ( isset( Cache_Groups::SILENT[ $group ] ) ) {
			return true;
		}
		if ( is_int( $key ) || ctype_digit( $key ) ) {
			return self::note_object( (int) $key, $group, $value );
		}
		$parts = explode( ':', $key );
		switch ( $group ) {
			case 'timeinfo':
				return self::note_time( $parts );
			case 'counts':
				return self::note_count( $parts[0] );
			case 'transient':
			case 'site-transient':
				Reads::filter_pre_option( null, ( 'transient' === $group ? '_transient_' : '_site_transient_' ) . $key );
				return true;
		}
		return self::note_named( $parts, $value );
	}

	/**
	 * An object by its id.
	 *
	 * @param int    $id    The id.
	 * @param string $group Group.
	 * @param mixed  $value The object, or what belongs to it.
	 */
	private static function note_object( int $id, string $group, $value ): bool {
		if ( isset( Cache_Groups::TERMS[ $group ] ) ) {
			Term_Use::note( $id );
			Terms_Seen::note( $value );
		} elseif ( isset( Cache_Groups::OBJECTS[ $group ] ) ) {
			Reads::note( Cache_Groups::OBJECTS[ $group ], $id );
		} elseif ( '_relationships' === substr( $group, -14 ) ) {
			// The terms themselves are asked for by who shows them.
			Reads::note( 'post', $id );
		} elseif ( 'comment' === $group ) {
			// One that the cache does not have comes from the database next, and is put in.
			if ( is_object( $value ) ) {
				Reads::note( 'comments', (int) $value->comment_post_ID );
			}
		} elseif ( '_meta' === substr( $group, -5 ) ) {
			// That of a comment was read with the comment; that of other objects lies in tables of plugins.
			Reads::$partial = Reads::$partial || 'comment_meta' !== $group;
		} else {
			return false;
		}
		return true;
	}

	/**
	 * When something was published last, as feeds say it.
	 *
	 * @param string[] $parts Of the key: what, time zone, and post type.
	 */
	private static function note_time( array $parts ): bool {
		if ( Core_Call::is_for_headers() ) {
			return true;
		}
		if ( 'lastcommentmodified' === $parts[0] ) {
			Reads::note( 'comments', 'all' );
			return true;
		}
		$type = Tag::name( $parts[2] ?? 'any' );
		Reads::note( 'list', $type );
		if ( 'lastpostdate' !== $parts[0] ) {
			Reads::note( 'order', "$type/modified" );
		}
		return true;
	}

	/**
	 * How many there are.
	 *
	 * @param string $key Such as posts-page or comments-5.
	 */
	private static function note_count( string $key ): bool {
		if ( 0 === strpos( $key, 'posts-' ) ) {
			Reads::note( 'list', Tag::name( substr( $key, 6 ) ) );
		} elseif ( 0 === strpos( $key, 'attachments' ) ) {
			Reads::note( 'list', 'attachment' );
		} elseif ( 0 === strpos( $key, 'comments-' ) ) {
			$post = (int) substr( $key, 9 );
			Reads::note( 'comments', $post > 0 ? $post : 'all' );
		} else {
			// Up to WordPress 6.7 adjacent posts are here.
			return 0 === strpos( $key, 'adjacent_post_' );
		}
		return true;
	}

	/**
	 * A query or a fact of core's.
	 *
	 * @param string[] $parts Of the key.
	 * @param mixed    $value What was found.
	 */
	private static function note_named( array $parts, $value ): bool {
		$name = $parts[0];
		if ( 'post_parent' === $name ) {
			Reads::note( 'post', (int) $parts[1] );
			return true;
		}
		if ( 'get_objects_in_term' === $name ) {
			Core_Call::note_objects_in_term();
		} elseif ( 'get_page_by_path' === $name && false !== $value && ! ( is_array( $value ) ? $value['data'] : $value ) ) {
			Core_Call::note_no_page_by_path();
		}
		if ( ! isset( Cache_Groups::NAMED[ $name ] ) ) {
			return 0 === strpos( $name, 'mime_type_icon_' );
		}
		foreach ( Cache_Groups::NAMED[ $name ] as $tag ) {
			Reads::$tags[ Reads::$prefix . $tag ] = true;
		}
		return true;
	}
}
