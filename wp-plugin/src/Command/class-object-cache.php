<?php
/**
 * What site.describe says of the object cache.
 *
 * @package Platen
 */

namespace Platen\Command;

defined( 'ABSPATH' ) || exit;

/**
 * Where WordPress keeps its objects: by the connection that it has, since each drop-in has settings of its own, and what one of them
 * would read says nothing of a cache that is kept elsewhere. Never who it connects as, nor with which password.
 */
final class Object_Cache {
	/** How deep a drop-in may hold its connection: within what watches it, an object for the connection, and one that wraps it. */
	const DEPTH = 4;

	/** Clients of Redis, and what Object Cache Pro was set up with. */
	const CLIENTS = array( 'Redis', 'Relay\Relay', 'Predis\Client' );
	const PRO     = array( 'RedisCachePro\Configuration\Configuration' );

	/**
	 * Prefix of its keys, and the Redis that it is connected to.
	 *
	 * @param mixed $cache The global $wp_object_cache.
	 */
	public static function describe( $cache ): array {
		$value  = array( 'prefix' => mb_substr( self::prefix( self::held( $cache, self::PRO, self::DEPTH ) ), 0, 200 ) );
		$client = self::held( $cache, self::CLIENTS, self::DEPTH );
		try {
			$redis = $client && $client->isConnected() ? self::place( $client ) : null;
		} catch ( \Throwable $error ) {
			// Others' code, of a version that nobody here knows.
			$redis = null;
		}
		return null === $redis ? $value : $value + array( 'redis' => $redis );
	}

	/**
	 * What keys begin with, by the constants that the other drop-ins share.
	 *
	 * @param object|null $pro Object Cache Pro's settings, where that is in use: it ends a prefix with a colon itself.
	 */
	private static function prefix( $pro ): string {
		if ( $pro ) {
			return '' === (string) $pro->prefix ? '' : $pro->prefix . ':';
		}
		foreach ( array( 'WP_REDIS_PREFIX', 'WP_CACHE_KEY_SALT' ) as $name ) {
			if ( defined( $name ) && '' !== (string) constant( $name ) ) {
				return (string) constant( $name );
			}
		}
		return '';
	}

	/**
	 * The first object of some classes that is held by another one, in whichever of its properties.
	 *
	 * @param mixed    $holder  Object to look into.
	 * @param string[] $classes Names.
	 * @param int      $depth   How many objects may be in between.
	 * @return object|null
	 */
	private static function held( $holder, array $classes, int $depth ) {
		if ( ! is_object( $holder ) ) {
			return null;
		}
		foreach ( $classes as $name ) {
			if ( $holder instanceof $name ) {
				return $holder;
			}
		}
		foreach ( 0 === $depth ? array() : (array) $holder as $value ) {
			$found = self::held( $value, $classes, $depth - 1 );
			if ( $found ) {
				return $found;
			}
		}
		return null;
	}

	/**
	 * The server and database of a client; null where it has several servers.
	 *
	 * @param object $client That is connected.
	 */
	private static function place( $client ): ?array {
		if ( ! is_a( $client, 'Predis\Client' ) ) {
			return self::at( (string) $client->getHost(), (int) $client->getPort(), (int) $client->getDBNum() );
		}
		$connection = $client->getConnection();
		if ( ! is_a( $connection, 'Predis\Connection\NodeConnectionInterface' ) ) {
			return null;
		}
		$settings = $connection->getParameters();
		return self::at( 'unix' === $settings->scheme ? (string) $settings->path : (string) $settings->host, (int) $settings->port, (int) $settings->database );
	}

	/**
	 * A host with its port, or a socket, and the database there.
	 *
	 * @param string $address  Host or path, with or without a scheme.
	 * @param int    $port     Of a host.
	 * @param int    $database Number.
	 */
	private static function at( string $address, int $port, int $database ): array {
		$address = (string) preg_replace( '#^[a-z]+://#i', '', $address );
		$address = mb_substr( $address, 0, 200 );
		return 0 === strpos( $address, '/' )
			? array(
				'socket'   => $address,
				'database' => $database,
			)
			: array(
				'host'     => $address,
				'port'     => $port,
				'database' => $database,
			);
	}
}
