<?php
/**
 * Tests of what is recorded in a network.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * A page of one blog that shows something of another.
 */
final class Record_Network_Test extends Record_Test_Case {
	/**
	 * Removes the network.
	 */
	protected function tearDown(): void {
		$this->run_script( 'remove' );
		parent::tearDown();
	}

	public function test_gives_each_tag_the_blog_that_was_read() {
		$this->run_script( 'make' );
		list( $tags, $partial ) = json_decode( $this->run_script( 'read' ), true );
		self::assertFalse( $partial );
		self::assertSame( array(), preg_grep( '/^b[12]\.[a-z]+:/', $tags, PREG_GREP_INVERT ) );
		foreach ( array( 'b1.post:1', 'b1.post:2', 'b1.list:post/user:1', 'b2.post:1', 'b2.option:blogname', 'b2.list:post/term:1' ) as $tag ) {
			self::assertContains( $tag, $tags );
		}
		foreach ( array( 'b2.post:2', 'b2.list:post/user:1', 'b1.list:post/term:1', 'b1.option:blogname' ) as $tag ) {
			self::assertNotContains( $tag, $tags );
		}
	}

	/**
	 * Runs the script in a process of its own, and gives what it prints.
	 *
	 * @param string $step make, read or remove.
	 */
	private function run_script( string $step ): string {
		$process = proc_open( array( PHP_BINARY, '-d', 'display_errors=0', __DIR__ . '/network-reads.php', $step ), array( 1 => array( 'pipe', 'w' ) ), $pipes );
		$printed = stream_get_contents( $pipes[1] );
		proc_close( $process );
		return $printed;
	}
}
