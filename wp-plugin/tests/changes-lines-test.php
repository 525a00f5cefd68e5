<?php
/**
 * Tests of how changes become lines.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Change\Change;
use Platen\Change\Lines;
use Platen\Change\Request;
use Platen\Change\Words;

/**
 * When lines are written, how many, and what they cost.
 */
final class Changes_Lines_Test extends Change_Test_Case {
	public function test_fits_every_line_of_the_protocols_corpus_into_its_own_checks() {
		$folder = getenv( 'PLATEN_TEST_CORPUS' ) ? getenv( 'PLATEN_TEST_CORPUS' ) : dirname( __DIR__, 2 ) . '/protocol/test/corpus/plugin';
		$corpus = json_decode( file_get_contents( "$folder/spool.json" ), true );
		foreach ( $corpus['change']['accepted'] as $line ) {
			self::line( wp_json_encode( array( 'at' => time() * 1000000 ) + $line ) );
		}
		self::assertNotEmpty( $corpus['change']['accepted'] );
	}

	public function test_makes_one_line_of_what_one_request_changes() {
		$one   = $this->made();
		$two   = $this->made();
		$start = microtime( true );
		wp_update_post( array( 'ID' => $one, 'post_content' => 'Other' ) );
		wp_update_post( array( 'ID' => $two, 'post_content' => 'Other' ) );
		update_post_meta( $one, 'a', 'b' );
		$lines = self::written();
		self::assertCount( 1, $lines );
		self::assertContains( "post:$one", $lines[0]['tags'] );
		self::assertContains( "post:$two", $lines[0]['tags'] );
		self::assertGreaterThan( $start * 1000000, $lines[0]['at'] );
		self::assertLessThanOrEqual( microtime( true ) * 1000000 + 1, $lines[0]['at'] );
	}

	public function test_holds_no_change_back_for_longer_than_a_second() {
		$post = $this->made();
		self::set( 'wait', 0.0 );
		update_post_meta( $post, 'a', 'b' );
		self::assertCount( 1, self::written( false ) );
	}

	public function test_writes_before_another_server_is_called() {
		$post = $this->made();
		update_post_meta( $post, 'a', 'c' );
		wp_remote_get( 'http://elsewhere.invalid/', array( 'timeout' => 1 ) );
		self::assertCount( 1, self::written( false ) );
	}

	public function test_writes_nothing_of_a_save_that_the_database_refused() {
		$post = $this->made();
		self::written();
		do_action( 'pre_post_update', $post, array() );
		self::assertSame( array(), self::written() );
	}

	public function test_cuts_what_is_too_much_for_a_line() {
		$change = new Change();
		$change->say( 'updated', 'Hello' );
		for ( $at = 0; $at < 3000; $at++ ) {
			$change->tags( array( 'option:' . str_repeat( 'x', 90 ) . $at ) );
			$change->tree( 'http://a.example/"é' . $at );
		}
		$lines = Lines::of( $change );
		self::assertGreaterThan( 3, count( $lines ) );
		self::assertLessThanOrEqual( 20, count( $lines ) );
		$all = self::together( array_map( array( self::class, 'line' ), array_map( 'wp_json_encode', $lines ) ) );
		self::assertCount( 3000, $all['tags'] );
		self::assertCount( 3000, $all['trees'] );
		for ( $at = 0; $at < 20000; $at++ ) {
			$change->tags( array( 'option:' . str_repeat( 'x', 90 ) . $at ) );
		}
		$lines = Lines::of( $change );
		self::assertCount( 1, $lines );
		self::assertTrue( $lines[0]['everything'] );
		self::assertSame( array(), $lines[0]['tags'] );
	}

	public function test_says_what_happened_in_plain_words_of_bounded_length() {
		self::assertSame( '“Fish & chips” was updated', Words::summary( array( array( 'updated', '<b>Fish</b> &amp; chips' ) ) ) );
		$two = Words::summary( array( array( 'updated', 'Hello' ), array( 'menu', '' ) ) );
		self::assertSame( '“Hello” was updated, and 1 other change', $two );
		$long = Words::summary( array_fill( 0, 5000, array( 'updated', str_repeat( '💥 long ', 100 ) . "\xff" ) ) );
		self::assertLessThanOrEqual( 200, strlen( mb_convert_encoding( $long, 'UTF-16', 'UTF-8' ) ) / 2 );
		self::assertNotSame( '', Words::summary( array( array( 'updated', '' ) ) ) );
	}

	public function test_takes_no_text_for_a_url() {
		$change = new Change();
		foreach ( array( '', false, null, 'nothing', "http://a.example/\n", 'ftp://a.example/', 'http://a.example/' . str_repeat( 'x', 2048 ), new \WP_Error() ) as $url ) {
			$change->page( $url );
			$change->tree( $url );
			$change->archive( $url );
		}
		self::assertSame( array(), $change->urls );
	}

	public function test_keeps_an_edit_of_many_posts_small() {
		$posts = array();
		for ( $at = 0; $at < 60; $at++ ) {
			$posts[] = $this->made( array( 'post_date' => sprintf( '2018-01-01 10:%02d:00', $at ) ) );
		}
		$lines = array();
		self::noted(
			static function () use ( $posts, &$lines ) {
				foreach ( $posts as $post ) {
					wp_update_post( array( 'ID' => $post, 'post_excerpt' => 'Short' ) );
				}
				$lines = self::written();
			}
		);
		self::assertCount( 1, $lines );
		foreach ( $posts as $post ) {
			self::assertContains( "post:$post", $lines[0]['tags'] );
		}
		self::assertSame( array( home_url( '/' ) ), $lines[0]['trees'] );
		self::assertLessThan( 5, count( $lines[0]['urls'] ) );
		self::assertSame( '“Hello” was updated', $lines[0]['what'] );
	}

	public function test_draws_a_page_without_a_line_and_without_a_query_of_its_own() {
		$post = $this->made();
		// The first one fills caches.
		$this->drawn( $post, 'with' );
		$plain = $this->drawn( $post, 'without' );
		$with  = $this->drawn( $post, 'with' );
		self::assertStringContainsString( 'Hello', $with['title'] );
		self::assertSame( $plain['queries'], $with['queries'] );
		self::assertSame( array(), $with['lines'] );
		self::assertSame( array(), $with['classes'] );
	}

	/**
	 * What it takes to draw a post for a visitor.
	 *
	 * @param int    $post  Id of the post.
	 * @param string $spool with or without one.
	 */
	private function drawn( int $post, string $spool ): array {
		$command = array( PHP_BINARY, __DIR__ . '/one-page.php', wp_make_link_relative( get_permalink( $post ) ), $spool );
		$process = proc_open( $command, array( 1 => array( 'pipe', 'w' ), 2 => array( 'pipe', 'w' ) ), $pipes, null, null );
		$told    = json_decode( stream_get_contents( $pipes[1] ), true );
		$said    = stream_get_contents( $pipes[2] );
		proc_close( $process );
		self::assertIsArray( $told, $said );
		return $told;
	}
}
