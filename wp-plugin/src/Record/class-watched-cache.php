<?php
/**
 * The object cache, watched.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Stands in the place of $wp_object_cache, has it do everything, and notes what was read: get_post() and its like fire no hook when the
 * cache has their object, so here is where it can be seen. Only get() is a method of its own, because of its last parameter; all others
 * are passed on with the arguments that they were given, whatever they are in this cache.
 */
final class Watched_Cache {
	/**
	 * The real one.
	 *
	 * @var object
	 */
	private $cache;

	/**
	 * What get() has been asked for, by group and key: most of it is asked for many times.
	 *
	 * @var array<string,array<int|string,true>>
	 */
	private $noted = array();

	/**
	 * Begins to watch.
	 *
	 * @param object $cache The real one.
	 */
	public function __construct( $cache ) {
		$this->cache = $cache;
	}

	/**
	 * Whether reads come by here. A drop-in may do without the global variable, or make another one; options every page reads.
	 */
	public static function is_in_place(): bool {
		$cache = $GLOBALS['wp_object_cache'] ?? null;
		return $cache instanceof self && isset( $cache->noted['options'] );
	}

	/**
	 * In another blog of the network, the same keys are others.
	 */
	public static function action_switch_blog() {
		if ( $GLOBALS['wp_object_cache'] instanceof self ) {
			$GLOBALS['wp_object_cache']->noted = array( 'options' => array() );
		}
	}

	/**
	 * Headers are made; times that were looked up for them alone may be looked up for the page now.
	 */
	public static function action_send_headers() {
		self::forget( 'timeinfo' );
	}

	/**
	 * What is read again of a group means something else.
	 *
	 * @param string $group The group.
	 */
	public static function forget( string $group ) {
		if ( $GLOBALS['wp_object_cache'] instanceof self ) {
			unset( $GLOBALS['wp_object_cache']->noted[ $group ] );
		}
	}

	/**
	 * One value.
	 *
	 * @param int|string $key   Key.
	 * @param string     $group Group.
	 * @param bool       $force Past the copy of this request.
	 * @param bool       $found Told whether it was there.
	 * @return mixed
	 */
	public function get( $key, $group = 'default', $force = false, &$found = null ) {
		$value = $this->cache->get( $key, $group, $force, $found );
		if ( ! isset( $this->noted[ $group ][ $key ] ) ) {
			$this->noted[ $group ][ $key ] = true;
			Cache_Key::read( $key, (string) $group, $value );
		}
		return $value;
	}

	/**
	 * All other methods.
	 *
	 * @param string $name      Of the method.
	 * @param array  $arguments Its arguments.
	 * @return mixed
	 */
	public function __call( $name, $arguments ) {
		$value = $this->cache->$name( ...$arguments );
		$group = isset( $arguments[1] ) && is_string( $arguments[1] ) ? $arguments[1] : '';
		switch ( strtolower( $name ) ) {
			case 'add':
			case 'set':
			case 'replace':
				Cache_Key::written( $arguments[0], (string) ( $arguments[2] ?? '' ), $arguments[1] );
				break;
			case 'get_multiple':
				foreach ( (array) $value as $key => $one ) {
					Cache_Key::fetched( $key, $group, $one );
				}
				break;
			case 'add_multiple':
			case 'set_multiple':
				foreach ( $arguments[0] as $key => $one ) {
					Cache_Key::written( $key, $group, $one );
				}
				break;
			default:
				// A way to read that only this drop-in has.
				Reads::$partial = Reads::$partial || 0 === stripos( $name, 'get' );
		}
		return $value;
	}

	/**
	 * A property, by reference where it is public, since plugins add to arrays in it.
	 *
	 * @param string $name Of the property.
	 * @return mixed
	 */
	public function &__get( $name ) {
		if ( array_key_exists( $name, get_object_vars( $this->cache ) ) ) {
			return $this->cache->$name;
		}
		$value = $this->cache->$name;
		return $value;
	}

	/**
	 * Sets a property.
	 *
	 * @param string $name  Of the property.
	 * @param mixed  $value Its value.
	 */
	public function __set( $name, $value ) {
		$this->cache->$name = $value;
	}

	/**
	 * Whether there is a property.
	 *
	 * @param string $name Of the property.
	 */
	public function __isset( $name ) {
		return isset( $this->cache->$name );
	}

	/**
	 * Takes a property away.
	 *
	 * @param string $name Of the property.
	 */
	public function __unset( $name ) {
		unset( $this->cache->$name );
	}
}
