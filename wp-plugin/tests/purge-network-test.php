<?php
/**
 * Tests of purges in a network.
 *
 * @package Platen
 */

namespace Platen\Tests;

require_once __DIR__ . '/class-network.php';

/**
 * What is everything to the owner of one blog.
 */
final class Purge_Network_Test extends Site_Test_Case {
	/**
	 * By blog.
	 *
	 * @var array[]
	 */
	private static $within = array();

	/**
	 * Makes the network and asks.
	 */
	public static function setUpBeforeClass(): void {
		self::$within = Network::run( 'network-purges' );
	}

	/**
	 * What is said of a blog.
	 *
	 * @param string $home   Its address.
	 * @param array  $except Paths of others.
	 */
	private static function blog( string $home, array $except = array() ): array {
		return array( 'within' => array( 'home' => $home ) + ( $except ? array( 'except' => $except ) : array() ) );
	}

	public function test_is_all_of_the_site_where_there_is_no_network() {
		self::assertSame( array(), \Platen\Purge\Blog::within() );
	}

	public function test_leaves_the_folders_of_other_blogs_out() {
		self::assertSame( self::blog( 'http://network.example/' ), self::$within['before'] );
		self::assertSame( self::blog( 'http://network.example/', array( '/two/', '/two/deep/', '/twofold/' ) ), self::$within['main'] );
		self::assertSame( self::blog( 'http://network.example/two/', array( '/two/deep/' ) ), self::$within['/two/'] );
		self::assertSame( self::blog( 'http://network.example/two/deep/' ), self::$within['/two/deep/'] );
	}

	public function test_is_all_of_the_host_to_a_blog_with_one_of_its_own() {
		self::assertSame( self::blog( 'http://two.example/' ), self::$within['host'] );
	}

	public function test_takes_other_blogs_along_where_they_are_too_many_to_be_named() {
		self::assertSame( self::blog( 'http://network.example/' ), self::$within['many'] );
	}
}
