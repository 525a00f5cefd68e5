<?php
/**
 * Tests of what the agent is told about the object cache.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Command\Object_Cache;

require_once __DIR__ . '/stand-in-redis-clients.php';

/**
 * Where WordPress keeps its objects.
 */
final class Object_Cache_Test extends Site_Test_Case {
	/**
	 * A drop-in that holds something where nobody else can see it.
	 *
	 * @param mixed $held Of it.
	 * @return object
	 */
	private function drop_in( $held ) {
		return new class( $held ) {
			private $items = array( 'posts' => array( 1 => 'a post' ) );
			private $connection;
			public function __construct( $held ) {
				$this->connection = $held;
			}
		};
	}

	/**
	 * A phpredis that is connected, as it says.
	 *
	 * @param string|false $host     Where; a path for a socket.
	 * @param int|false    $port     Of a host.
	 * @param int|false    $database Number.
	 * @return object
	 */
	private function phpredis( $host, $port = 6379, $database = 0 ) {
		return new class( $host, $port, $database ) extends \Redis {
			private $says;
			public function __construct( ...$says ) {
				$this->says = $says;
			}
			#[\ReturnTypeWillChange]
			public function isConnected() {
				return false !== $this->says[0];
			}
			#[\ReturnTypeWillChange]
			public function getHost() {
				return $this->says[0];
			}
			#[\ReturnTypeWillChange]
			public function getPort() {
				return $this->says[1];
			}
			#[\ReturnTypeWillChange]
			public function getDBNum() {
				return $this->says[2];
			}
		};
	}

	/**
	 * A Predis with one server.
	 *
	 * @param array $parameters Of its connection.
	 */
	private function predis( array $parameters ): \Predis\Client {
		return new \Predis\Client(
			new class( $parameters ) implements \Predis\Connection\NodeConnectionInterface {
				private $parameters;
				public function __construct( array $parameters ) {
					$this->parameters = $parameters;
				}
				public function getParameters() {
					return (object) ( $this->parameters + array_fill_keys( array( 'scheme', 'host', 'port', 'path', 'database' ), null ) );
				}
			}
		);
	}

	public function test_says_where_the_cache_of_this_site_is() {
		$value = $this->call( 'site.describe', array() )['value']['objectCache'];
		self::assertSame(
			array(
				'prefix' => WP_REDIS_PREFIX,
				'redis'  => array( 'host' => '127.0.0.1', 'port' => PLATEN_LAB_REDIS_PORT, 'database' => 0 ),
			),
			$value
		);
	}

	public function test_says_server_and_database_of_each_client() {
		$cases = array(
			array( $this->phpredis( 'cache.example', 7000, 3 ), array( 'host' => 'cache.example', 'port' => 7000, 'database' => 3 ) ),
			array( $this->phpredis( 'tls://cache.example' ), array( 'host' => 'cache.example', 'port' => 6379, 'database' => 0 ) ),
			array( $this->phpredis( '/run/redis.sock', 0, 1 ), array( 'socket' => '/run/redis.sock', 'database' => 1 ) ),
			array( $this->predis( array( 'scheme' => 'tcp', 'host' => '10.0.0.2', 'port' => 6380, 'database' => '2', 'password' => 'secret' ) ), array( 'host' => '10.0.0.2', 'port' => 6380, 'database' => 2 ) ),
			array( $this->predis( array( 'scheme' => 'unix', 'path' => '/run/redis.sock' ) ), array( 'socket' => '/run/redis.sock', 'database' => 0 ) ),
		);
		foreach ( $cases as list( $client, $redis ) ) {
			$described = Object_Cache::describe( $this->drop_in( $client ) );
			self::assertSame( $redis, $described['redis'] );
			self::assertStringNotContainsString( 'secret', wp_json_encode( $described ) );
		}
	}

	public function test_finds_the_connection_within_what_watches_and_wraps_it() {
		$wrapped = $this->drop_in( $this->drop_in( $this->phpredis( '10.0.0.2' ) ) );
		$watched = new \Platen\Record\Watched_Cache( $wrapped );
		self::assertSame( '10.0.0.2', Object_Cache::describe( $watched )['redis']['host'] );
	}

	public function test_says_no_server_where_there_is_no_connection_or_more_than_one() {
		$caches = array( null, $this->drop_in( null ), $this->drop_in( new \stdClass() ), $this->drop_in( $this->phpredis( false, false, false ) ), $this->drop_in( new \Predis\Client( new \ArrayObject() ) ) );
		foreach ( $caches as $cache ) {
			self::assertSame( array( 'prefix' => WP_REDIS_PREFIX ), Object_Cache::describe( $cache ) );
		}
	}

	public function test_comes_to_an_end_where_objects_hold_each_other() {
		$one       = new \stdClass();
		$other     = (object) array( 'one' => $one );
		$one->same = array( $one, $other );
		$one->other = $other;
		self::assertArrayNotHasKey( 'redis', Object_Cache::describe( $one ) );
	}

	public function test_says_the_prefix_that_object_cache_pro_writes() {
		foreach ( array( 'shop' => 'shop:', '' => '' ) as $prefix => $keys ) {
			$cache     = $this->drop_in( $this->phpredis( '127.0.0.1' ) );
			$described = Object_Cache::describe( (object) array( 'config' => new \RedisCachePro\Configuration\Configuration( '' === $prefix ? null : $prefix ), 'connection' => $cache ) );
			self::assertSame( $keys, $described['prefix'] );
			self::assertSame( '127.0.0.1', $described['redis']['host'] );
		}
	}
}
