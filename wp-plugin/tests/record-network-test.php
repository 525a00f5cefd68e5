<?php
/**
 * Tests of what is recorded in a network.
 *
 * @package Platen
 */

namespace Platen\Tests;

require_once __DIR__ . '/class-network.php';

/**
 * A page of one blog that shows something of another.
 */
final class Record_Network_Test extends Record_Test_Case {
	public function test_gives_each_tag_the_blog_that_was_read() {
		list( $tags, $partial ) = Network::run( 'network-reads' );
		self::assertFalse( $partial );
		self::assertSame( array(), preg_grep( '/^b[12]\.[a-z]+:/', $tags, PREG_GREP_INVERT ) );
		foreach ( array( 'b1.post:1', 'b1.post:2', 'b1.list:post/user:1', 'b2.post:1', 'b2.option:blogname', 'b2.list:post/term:1' ) as $tag ) {
			self::assertContains( $tag, $tags );
		}
		foreach ( array( 'b2.post:2', 'b2.list:post/user:1', 'b1.list:post/term:1', 'b1.option:blogname' ) as $tag ) {
			self::assertNotContains( $tag, $tags );
		}
	}
}
