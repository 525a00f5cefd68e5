<?php
/**
 * Object cache of Platen's lab: keeps WordPress's cache groups in Redis through the php-redis extension.
 *
 * A fixture: WordPress ships no persistent object cache and Platen must be run against a real one. Every key begins with
 * the site's prefix; where Redis can't be reached the cache lives for one request, as WordPress's own does.
 *
 * @package platen-lab
 * @license GPL-2.0-or-later
 */

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.NamingConventions.PrefixAllGlobals -- these are the function names that WordPress calls.

/** One request's view of the cache. */
class WP_Object_Cache {
	/** @var Redis|null */
	private $redis = null;
	/** @var array<string,mixed> */
	private $local = array();
	/** @var array<string,bool> */
	private $volatile = array();
	/** @var int */
	public $cache_hits = 0;
	/** @var int */
	public $cache_misses = 0;
	/** @var string */
	private $prefix;

	public function __construct() {
		$this->prefix = defined( 'PLATEN_LAB_REDIS_PREFIX' ) ? PLATEN_LAB_REDIS_PREFIX : 'wp:';
		if ( ! class_exists( 'Redis' ) || ! defined( 'PLATEN_LAB_REDIS_PORT' ) ) {
			return;
		}
		try {
			$redis = new Redis();
			if ( $redis->connect( '127.0.0.1', (int) PLATEN_LAB_REDIS_PORT, 0.5, null, 0, 0.5 ) ) {
				$this->redis = $redis;
			}
		} catch ( RedisException $e ) {
			$this->redis = null;
		}
	}

	/** @return bool Whether Redis is behind this cache in this request. */
	public function is_persistent() {
		return null !== $this->redis;
	}

	private function key( $key, $group ) {
		return $this->prefix . ( '' === (string) $group ? 'default' : $group ) . ':' . $key;
	}

	private function redis( callable $use, $otherwise ) {
		if ( null === $this->redis ) {
			return $otherwise;
		}
		try {
			return $use( $this->redis );
		} catch ( RedisException $e ) {
			$this->redis = null;
			return $otherwise;
		}
	}

	private function is_volatile( $group ) {
		return isset( $this->volatile[ $group ] );
	}

	public function get( $key, $group = 'default', $force = false, &$found = null ) {
		$name = $this->key( $key, $group );
		if ( ! $force && array_key_exists( $name, $this->local ) ) {
			$found = true;
			++$this->cache_hits;
			return $this->copy( $this->local[ $name ] );
		}
		$raw = $this->is_volatile( $group ) ? false : $this->redis( static function ( $r ) use ( $name ) { return $r->get( $name ); }, false );
		if ( ! is_string( $raw ) ) {
			$found = false;
			++$this->cache_misses;
			return false;
		}
		$found                = true;
		$this->local[ $name ] = unserialize( $raw ); // phpcs:ignore -- only this site writes below its prefix.
		++$this->cache_hits;
		return $this->copy( $this->local[ $name ] );
	}

	public function set( $key, $value, $group = 'default', $expire = 0 ) {
		$name                 = $this->key( $key, $group );
		$this->local[ $name ] = $this->copy( $value );
		if ( $this->is_volatile( $group ) ) {
			return true;
		}
		$raw = serialize( $value ); // phpcs:ignore
		$this->redis(
			static function ( $r ) use ( $name, $raw, $expire ) {
				return $expire > 0 ? $r->setex( $name, (int) $expire, $raw ) : $r->set( $name, $raw );
			},
			true
		);
		return true;
	}

	public function exists( $key, $group ) {
		$name = $this->key( $key, $group );
		return array_key_exists( $name, $this->local )
			|| ( ! $this->is_volatile( $group ) && (bool) $this->redis( static function ( $r ) use ( $name ) { return $r->exists( $name ); }, false ) );
	}

	public function delete( $key, $group = 'default' ) {
		$name  = $this->key( $key, $group );
		$known = $this->exists( $key, $group );
		unset( $this->local[ $name ] );
		$this->redis( static function ( $r ) use ( $name ) { return $r->del( $name ); }, 0 );
		return $known;
	}

	public function step( $key, $by, $group ) {
		$value = $this->get( $key, $group );
		if ( ! is_numeric( $value ) ) {
			return false;
		}
		$value = max( 0, (int) $value + (int) $by );
		$this->set( $key, $value, $group );
		return $value;
	}

	public function flush( $below = '' ) {
		$this->local = array();
		$pattern     = $this->prefix . $below . '*';
		$this->redis(
			static function ( $r ) use ( $pattern ) {
				$cursor = null;
				$r->setOption( Redis::OPT_SCAN, Redis::SCAN_RETRY );
				while ( false !== ( $keys = $r->scan( $cursor, $pattern, 500 ) ) ) { // phpcs:ignore
					$r->del( $keys );
				}
				return true;
			},
			true
		);
		return true;
	}

	public function flush_runtime() {
		$this->local = array();
		return true;
	}

	public function make_volatile( $groups ) {
		foreach ( (array) $groups as $group ) {
			$this->volatile[ $group ] = true;
		}
	}

	private function copy( $value ) {
		return is_object( $value ) ? clone $value : $value;
	}
}

function wp_cache_init() {
	$GLOBALS['wp_object_cache'] = new WP_Object_Cache(); // phpcs:ignore
}
function wp_cache_add( $key, $data, $group = '', $expire = 0 ) {
	global $wp_object_cache;
	if ( wp_suspend_cache_addition() || $wp_object_cache->exists( $key, $group ) ) {
		return false;
	}
	return $wp_object_cache->set( $key, $data, $group, $expire );
}
function wp_cache_add_multiple( array $data, $group = '', $expire = 0 ) {
	$done = array();
	foreach ( $data as $key => $value ) {
		$done[ $key ] = wp_cache_add( $key, $value, $group, $expire );
	}
	return $done;
}
function wp_cache_set( $key, $data, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->set( $key, $data, $group, $expire );
}
function wp_cache_set_multiple( array $data, $group = '', $expire = 0 ) {
	$done = array();
	foreach ( $data as $key => $value ) {
		$done[ $key ] = wp_cache_set( $key, $value, $group, $expire );
	}
	return $done;
}
function wp_cache_replace( $key, $data, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->exists( $key, $group ) && wp_cache_set( $key, $data, $group, $expire );
}
function wp_cache_get( $key, $group = '', $force = false, &$found = null ) {
	return $GLOBALS['wp_object_cache']->get( $key, $group, $force, $found );
}
function wp_cache_get_multiple( $keys, $group = '', $force = false ) {
	$values = array();
	foreach ( $keys as $key ) {
		$values[ $key ] = wp_cache_get( $key, $group, $force );
	}
	return $values;
}
function wp_cache_delete( $key, $group = '' ) {
	return $GLOBALS['wp_object_cache']->delete( $key, $group );
}
function wp_cache_delete_multiple( array $keys, $group = '' ) {
	$done = array();
	foreach ( $keys as $key ) {
		$done[ $key ] = wp_cache_delete( $key, $group );
	}
	return $done;
}
function wp_cache_incr( $key, $offset = 1, $group = '' ) {
	return $GLOBALS['wp_object_cache']->step( $key, $offset, $group );
}
function wp_cache_decr( $key, $offset = 1, $group = '' ) {
	return $GLOBALS['wp_object_cache']->step( $key, -$offset, $group );
}
function wp_cache_flush() {
	return $GLOBALS['wp_object_cache']->flush();
}
function wp_cache_flush_group( $group ) {
	return $GLOBALS['wp_object_cache']->flush( $group . ':' );
}
function wp_cache_flush_runtime() {
	return $GLOBALS['wp_object_cache']->flush_runtime();
}
function wp_cache_supports( $feature ) {
	return in_array( $feature, array( 'add_multiple', 'set_multiple', 'get_multiple', 'delete_multiple', 'flush_runtime', 'flush_group' ), true );
}
function wp_cache_close() {
	return true;
}
function wp_cache_add_global_groups( $groups ) {} // One site: every group is its own.
function wp_cache_add_non_persistent_groups( $groups ) {
	$GLOBALS['wp_object_cache']->make_volatile( $groups );
}
function wp_cache_switch_to_blog( $blog_id ) {} // Not multisite.
