<?php
/**
 * Tests of what is noted in a network.
 *
 * @package Platen
 */

namespace Platen\Tests;

require_once __DIR__ . '/class-network.php';

/**
 * Two blogs, of which one changes.
 */
final class Changes_Network_Test extends Change_Test_Case {
	/**
	 * What was noted, by what was changed.
	 *
	 * @var array[]
	 */
	private static $told = array();

	/**
	 * Makes the network and changes it.
	 */
	public static function setUpBeforeClass(): void {
		self::$told = Network::run( 'network-changes' );
	}

	public function test_notes_a_post_in_its_own_blog_only() {
		$noted = $this->of( 'post' );
		self::assertSame( array(), preg_grep( '/^b2\./', $noted['tags'], PREG_GREP_INVERT ) );
		self::assertContains( 'b2.list:post', $noted['tags'] );
		self::assertContains( 'http://network.example/two/', $noted['urls'] );
		self::assertSame( array(), preg_grep( '#^http://network.example/two/#', array_merge( $noted['urls'], $noted['trees'] ), PREG_GREP_INVERT ) );
	}

	public function test_says_everything_of_one_blog_by_what_all_its_pages_read() {
		foreach ( array( 'theme', 'archive' ) as $change ) {
			$noted = $this->of( $change );
			self::assertSame( array( 'b2.option:home', 'b2.option:siteurl', 'b2.option:stylesheet', 'b2.option:template' ), $noted['tags'] );
			self::assertSame( array( 'http://network.example/two/' ), $noted['trees'] );
			self::assertArrayNotHasKey( 'everything', $noted );
		}
	}

	public function test_notes_a_user_in_every_blog_that_he_belongs_to() {
		self::assertSame( array( 'b1.user:1', 'b1.users:all', 'b2.user:1', 'b2.users:all' ), $this->of( 'user' )['tags'] );
	}

	public function test_says_everything_for_a_setting_of_the_network() {
		self::assertTrue( $this->of( 'network' )['everything'] );
		self::assertSame( array(), self::$told['counts'] );
	}

	/**
	 * What was noted of a change.
	 *
	 * @param string $change Its name.
	 */
	private function of( string $change ): array {
		self::assertNotEmpty( self::$told[ $change ] ?? array(), wp_json_encode( self::$told ) );
		return self::together( array_map( array( self::class, 'line' ), array_map( 'wp_json_encode', self::$told[ $change ] ) ) );
	}
}
