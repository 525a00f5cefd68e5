<?php
/**
 * Tests of the receipt's words.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Purge\Receipt;
use Platen\Purge\Words;

require_once __DIR__ . '/class-purge-test-case.php';

/**
 * What people read of a purge.
 */
final class Purge_Receipt_Test extends Purge_Test_Case {
	public function test_says_of_each_page_whether_it_is_new_and_how_that_was_found_out() {
		$words = array(
			'New. It was fetched as a visitor would: the cache gives the new copy.'           => array( 'state' => 'fresh', 'cache' => 'HIT', 'status' => 200 ),
			'New. It was fetched as a visitor would: it was made just then.'                  => array( 'state' => 'fresh' ),
			'The old copy is gone. A new one is made when somebody asks for the page.'        => array( 'state' => 'removed' ),
			'Visitors still get the old page.'                                                => array( 'state' => 'stale', 'cache' => 'HIT' ),
			'Visitors still get the old page (CDN).'                                          => array( 'state' => 'stale', 'layer' => 'cdn' ),
			'It could not be fetched.'                                                        => array( 'state' => 'unreachable' ),
			'It could not be fetched: the site answered with error 503.'                      => array( 'state' => 'unreachable', 'status' => 503 ),
			'haunted'                                                                         => array( 'state' => 'haunted' ),
			''                                                                                => array(),
		);
		foreach ( $words as $sentence => $proof ) {
			self::assertSame( $sentence, Words::page( $proof ) );
		}
	}

	public function test_says_of_a_page_how_the_cdn_gave_it() {
		$new   = 'New. It was fetched as a visitor would: it was made just then.';
		$words = array(
			$new . ' Visitors of the CDN get the new page as well.'          => array( 'state' => 'fresh', 'cdn' => array( 'state' => 'fresh', 'cache' => 'MISS' ) ),
			$new . ' It could not be fetched through the CDN.'               => array( 'state' => 'fresh', 'cdn' => array( 'state' => 'unreachable' ) ),
			$new . ' It could not be fetched through the CDN: error 522.'    => array( 'state' => 'fresh', 'cdn' => array( 'state' => 'unreachable', 'status' => 522 ) ),
			$new                                                             => array( 'state' => 'fresh', 'cdn' => array( 'state' => 'haunted' ) ),
			'Visitors still get the old page (CDN).'                         => array( 'state' => 'stale', 'layer' => 'cdn', 'cdn' => array( 'state' => 'stale' ) ),
		);
		foreach ( $words as $sentence => $proof ) {
			self::assertSame( $sentence, Words::page( $proof ) );
		}
		self::assertSame( $new, Words::page( array( 'state' => 'fresh', 'cdn' => 'fresh' ) ) );
	}

	public function test_says_what_became_of_each_layer() {
		$words = array(
			'purged (1,200 entries)'                                        => array( 'state' => 'purged', 'count' => 1200 ),
			'purged (1 entry)'                                              => array( 'state' => 'purged', 'count' => 1 ),
			'purged'                                                        => array( 'state' => 'purged', 'count' => 0 ),
			'left alone: nothing in it was old'                             => array( 'state' => 'kept', 'count' => 0 ),
			'not in use on this site'                                       => array( 'state' => 'absent', 'count' => 0 ),
			'asked for; your host’s platform has yet to confirm it'         => array( 'state' => 'pending' ),
			'not purged. Redis does not answer. Tell your host.'            => array( 'state' => 'failed', 'code' => 'redis.unavailable' ),
			'not purged. The CDN knows this site under another name. Tell your host.' => array( 'state' => 'failed', 'code' => 'cdn.unknown_host' ),
			'Visitors still get an old page, although it was purged twice. Tell your host.' => array( 'state' => 'failed', 'code' => 'page.stale' ),
			'not purged'                                                    => array( 'state' => 'failed' ),
			'melted'                                                        => array( 'state' => 'melted' ),
		);
		foreach ( $words as $sentence => $layer ) {
			self::assertSame( $sentence, Words::layer( $layer ) );
		}
		self::assertSame( array( 'Page cache', 'edge' ), array( Words::layer_name( 'nginx' ), Words::layer_name( 'edge' ) ) );
	}

	public function test_says_how_it_stands_before_it_is_done_and_why_it_failed() {
		$sentences = array(
			'The purge waits for its turn.'                                    => array(),
			'Purging…'                                                         => array( 'state' => 'running' ),
			'Fetching pages anew (1 of 2)'                                     => array( 'state' => 'running', 'progress' => array( 'done' => 1, 'total' => 2, 'note' => 'Fetching pages anew' ) ),
			'Visitors still get an old page, although it was purged twice.'    => array( 'state' => 'failed', 'error' => array( 'code' => 'page.stale', 'message' => 'nginx: 1 of 1' ) ),
			'The purge failed (some.thing).'                                   => array( 'state' => 'failed', 'error' => array( 'code' => 'some.thing', 'message' => '' ) ),
			'The purge failed.'                                                => array( 'state' => 'failed' ),
			'Somebody stopped the purge.'                                      => array( 'state' => 'cancelled' ),
			'The purge is done.'                                               => array( 'state' => 'succeeded' ),
		);
		foreach ( $sentences as $sentence => $members ) {
			self::assertSame( $sentence, Receipt::whole( $this->job( $members ) )['sentence'] );
		}
	}

	public function test_says_that_it_is_signed_and_under_which_number() {
		$signed = array( 'chain' => 'mJ0c4sYkXq2T8u1vA9bZ3w', 'seq' => 1200, 'hash' => str_repeat( 'h', 43 ), 'signature' => str_repeat( 's', 86 ) );
		self::assertSame( 'Receipt 1,200, signed.', Receipt::whole( $this->job( array( 'receipt' => $signed ) ) )['signed'] );
		foreach ( array( array(), array( 'receipt' => 'text' ), array( 'receipt' => array( 'seq' => '7' ) ) ) as $members ) {
			self::assertSame( '', Receipt::whole( $this->job( $members ) )['signed'] );
		}
	}

	public function test_says_of_a_layer_what_followed_after_the_purge() {
		$pending = array( 'layers' => array( array( 'layer' => 'nginx', 'state' => 'purged', 'count' => 2 ), array( 'layer' => 'cdn', 'state' => 'pending', 'count' => 0 ) ) );
		$denied  = array( 'layer' => 'cdn', 'state' => 'failed', 'code' => 'cdn.denied', 'at' => 1 );
		$purged  = array( 'layer' => 'cdn', 'state' => 'purged', 'at' => 2 );
		$words   = static function ( array $members ) use ( $pending ): array {
			return array_column( Receipt::whole( array( 'state' => 'succeeded', 'result' => $pending ) + $members )['layers'], 'words' );
		};
		self::assertSame( array( 'purged (2 entries)', 'asked for; your host’s platform has yet to confirm it' ), $words( array() ) );
		self::assertSame( array( 'purged (2 entries)', 'purged' ), $words( array( 'followUps' => array( $denied, $purged ) ) ) );
		self::assertSame( array( 'purged (2 entries)', 'not purged. The CDN does not let your host’s platform in. Tell your host.' ), $words( array( 'followUps' => array( $purged, $denied ) ) ) );
	}

	public function test_is_not_upset_by_a_result_of_another_shape() {
		$odd = array(
			array(),
			array( 'result' => 'text' ),
			array( 'result' => array( 'proof' => 'x', 'layers' => 7, 'changes' => array( 'what' ) ), 'state' => 'succeeded' ),
			array( 'result' => array( 'proof' => array( 1, array( 'url' => array(), 'state' => 5 ) ), 'layers' => array( array( 'layer' => null, 'count' => 'many' ) ), 'changes' => array( array() ) ) ),
			array( 'error' => 'text', 'state' => 'failed', 'progress' => 'half' ),
			array( 'followUps' => array( array( 'layer' => array() ), 'x' ), 'result' => array( 'layers' => array( array( 'layer' => array() ) ) ) ),
		);
		foreach ( $odd as $members ) {
			$receipt = Receipt::whole( $members );
			self::assertIsString( $receipt['sentence'] );
			self::assertIsList( $receipt['pages'] );
		}
	}

	/**
	 * PHPUnit 9.6 has no such assertion.
	 *
	 * @param mixed $value That is to be a list.
	 */
	private static function assertIsList( $value ) {
		self::assertSame( array_values( (array) $value ), $value );
	}
}
