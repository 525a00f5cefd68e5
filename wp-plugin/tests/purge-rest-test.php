<?php
/**
 * Tests of who may purge what, and see what.
 *
 * @package Platen
 */

namespace Platen\Tests;

require_once __DIR__ . '/class-purge-test-case.php';

/**
 * The REST routes of purges.
 */
final class Purge_Rest_Test extends Purge_Test_Case {
	/** Everything, and why. */
	const EVERYTHING = array( 'everything' => true, 'reason' => 'New theme' );

	public function test_lets_an_editor_purge_any_page_and_an_author_his_own() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$others = get_permalink( $this->post( 'Of nobody' ) );
		$pages  = array( $others, home_url( '/' ) );
		$editor = $this->become( 'editor' );
		foreach ( $pages as $url ) {
			self::assertSame( 202, $this->rest( 'POST', '/purge', array( 'url' => $url ) )->get_status(), $url );
		}
		$author = $this->become( 'author' );
		$own    = $this->post( 'Of the author' );
		self::assertSame( $author, (int) get_post( $own )->post_author );
		self::assertSame( 202, $this->rest( 'POST', '/purge', array( 'url' => get_permalink( $own ) ) )->get_status() );
		foreach ( $pages as $url ) {
			self::assertSame( 403, $this->rest( 'POST', '/purge', array( 'url' => $url ) )->get_status(), $url );
		}
		self::assertNotSame( $editor, $author );
	}

	public function test_refuses_subscribers_and_strangers() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$url = get_permalink( $this->post( 'Words' ) );
		$this->become( 'subscriber' );
		foreach ( array( 403, 401 ) as $status ) {
			self::assertSame( $status, $this->rest( 'POST', '/purge', array( 'url' => $url ) )->get_status() );
			self::assertSame( $status, $this->rest( 'POST', '/purge', self::EVERYTHING )->get_status() );
			self::assertSame( $status, $this->rest( 'POST', '/purge' )->get_status() );
			self::assertSame( $status, $this->rest( 'GET', '/purge/' . self::JOB )->get_status() );
			wp_set_current_user( 0 );
		}
		self::assertSame( array(), $this->asked() );
	}

	public function test_lets_only_those_who_manage_purge_everything() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$this->become( 'editor' );
		self::assertSame( 403, $this->rest( 'POST', '/purge', self::EVERYTHING )->get_status() );
		self::assertSame( array(), $this->asked() );
		$this->become( 'administrator' );
		self::assertSame( 202, $this->rest( 'POST', '/purge', self::EVERYTHING )->get_status() );
		self::assertSame( self::EVERYTHING, $this->asked()[0][2]['input'] );
	}

	public function test_lets_nobody_purge_a_network_where_there_is_none() {
		$this->become( 'administrator' );
		self::assertSame( 403, $this->rest( 'POST', '/purge', self::EVERYTHING + array( 'network' => true ) )->get_status() );
	}

	public function test_lets_no_job_say_what_a_purge_may_not() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$this->become( 'administrator' );
		$start = function ( $input ) {
			return $this->rest( 'POST', '/jobs', array( 'kind' => 'cache.purge', 'input' => (object) $input ) )->get_status();
		};
		self::assertSame( 400, $start( array( 'urls' => array( 'https://example.com/' ) ) ) );
		foreach ( array( array( 'changes' => true ), array( 'urls' => 'x' ), array( 'urls' => array( array() ) ), array( 'everything' => true, 'reason' => array() ) ) as $odd ) {
			self::assertSame( 400, $start( $odd ), wp_json_encode( $odd ) );
		}
		self::assertSame( array(), $this->asked() );
		self::assertSame( 200, $start( self::EVERYTHING + array( 'within' => array( 'home' => 'https://example.com/' ) ) ) );
		self::assertSame( self::EVERYTHING, $this->asked()[0][2]['input'] );
	}

	public function test_asks_the_filter_who_may_purge_a_page() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$post = $this->post( 'Words' );
		$seen = array();
		$may  = static function ( $capability, $id ) use ( &$seen ) {
			$seen[] = array( $capability, $id );
			return 'read';
		};
		$this->become( 'subscriber' );
		add_filter( 'platen_purge_capability', $may, 10, 2 );
		$statuses = array( $this->rest( 'POST', '/purge', array( 'url' => get_permalink( $post ) ) )->get_status(), $this->rest( 'POST', '/purge', array( 'url' => home_url( '/?s=x' ) ) )->get_status() );
		remove_filter( 'platen_purge_capability', $may );
		self::assertSame( array( 202, 202 ), $statuses );
		self::assertSame( array( array( 'edit_post', $post ), array( 'edit_others_posts', 0 ) ), array_values( array_unique( $seen, SORT_REGULAR ) ) );
	}

	public function test_refuses_what_is_no_page_of_this_site_or_not_clear() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$this->become( 'administrator' );
		$foreign = $this->rest( 'POST', '/purge', array( 'url' => 'https://example.com/' ) );
		self::assertSame( array( 400, 'url.foreign' ), array( $foreign->get_status(), $foreign->get_data()['code'] ) );
		self::assertSame( 'Only pages of this site can be purged here.', $foreign->get_data()['data']['hint'] );
		$odd = array(
			array(),
			array( 'url' => '' ),
			array( 'url' => array( home_url( '/' ) ) ),
			array( 'url' => home_url( '/' ), 'everything' => true, 'reason' => 'x' ),
			array( 'url' => home_url( '/' ), 'reason' => 'x' ),
			array( 'everything' => true ),
			array( 'everything' => true, 'reason' => str_repeat( 'x', 201 ) ),
			array( 'everything' => 'perhaps', 'reason' => 'x' ),
		);
		foreach ( $odd as $params ) {
			self::assertSame( 400, $this->rest( 'POST', '/purge', $params )->get_status(), wp_json_encode( $params ) );
		}
		self::assertSame( array(), $this->asked() );
	}

	public function test_says_when_everything_may_be_purged_again_that_was_purged_too_often() {
		$this->agent_answers( array( $this->too_often() ) );
		$this->become( 'administrator' );
		$input = (object) self::EVERYTHING;
		foreach ( array( array( '/purge', self::EVERYTHING ), array( '/jobs', array( 'kind' => 'cache.purge', 'input' => $input ) ) ) as list( $route, $params ) ) {
			$refused = $this->rest( 'POST', $route, $params );
			self::assertSame( array( 429, 'purge.too_often', '119' ), array( $refused->get_status(), $refused->get_data()['code'], $refused->get_headers()['Retry-After'] ), $route );
		}
		$refused = $this->rest( 'POST', '/purge', self::EVERYTHING )->get_data();
		self::assertSame( 'Everything was purged too often lately, so nothing was purged now.', $refused['message'] );
		self::assertMatchesRegularExpression( '/^It is possible again from \d\d:\d\d:\d\d on\. Single pages can be purged all the time\.$/', $refused['data']['hint'] );
	}

	public function test_refuses_a_cookie_without_its_nonce() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$cookies = $this->cookies( $this->become( 'administrator' ) );
		$answer  = $this->http( '/?rest_route=/platen/v1/purge', array( 'method' => 'POST', 'headers' => array( 'Cookie' => $cookies ), 'body' => self::EVERYTHING ) );
		self::assertSame( 401, wp_remote_retrieve_response_code( $answer ) );
		self::assertSame( array(), $this->asked() );
	}

	public function test_shows_a_purge_to_whoever_asked_for_it_and_to_those_who_manage() {
		$done = $this->done( array( home_url( '/' ) ) );
		$this->agent_answers( array( array( 202, $this->job() ), array( 200, $done ) ) );
		$this->become( 'editor' );
		$started = $this->rest( 'POST', '/purge', array( 'url' => home_url( '/' ) ) )->get_data();
		self::assertSame( array( 'queued', false, 'The purge waits for its turn.' ), array( $started['state'], $started['ended'], $started['sentence'] ) );
		parse_str( (string) wp_parse_url( $started['follow'], PHP_URL_QUERY ), $query );
		$ticket = array( 'ticket' => $query['ticket'] );

		$receipt = $this->rest( 'GET', '/purge/' . self::JOB, $ticket );
		self::assertSame( 200, $receipt->get_status() );
		self::assertSame( array( true, 'Visitors get new pages.' ), array( $receipt->get_data()['ended'], $receipt->get_data()['sentence'] ) );
		self::assertSame( 403, $this->rest( 'GET', '/purge/' . self::JOB )->get_status() );
		self::assertSame( 403, $this->rest( 'GET', '/purge/' . str_replace( '01a', '01b', self::JOB ), $ticket )->get_status() );

		$this->become( 'editor' );
		self::assertSame( 403, $this->rest( 'GET', '/purge/' . self::JOB, $ticket )->get_status() );
		$this->become( 'administrator' );
		self::assertSame( 200, $this->rest( 'GET', '/purge/' . self::JOB )->get_status() );
	}

	public function test_names_to_an_author_only_the_pages_that_he_may_purge() {
		$others = get_permalink( $this->post( 'Of nobody' ) );
		$this->become( 'author' );
		$own                       = get_permalink( $this->post( 'Of the author' ) );
		$done                      = $this->done( array( $others, $own ) );
		$done['result']['changes'] = array( array( 'what' => 'Post “Secret” was edited' ) );
		$failed                    = $this->job( array( 'state' => 'failed', 'error' => array( 'code' => 'page.stale', 'message' => "nginx: 1 of 2, such as $others" ) ) );
		$this->agent_answers( array( array( 202, $this->job() ), array( 200, $done ), array( 200, $failed ), array( 200, $done ) ) );
		$this->rest( 'POST', '/purge', array( 'url' => $own ) );
		$ticket  = array( 'ticket' => \Platen\Purge\Ticket::of( self::JOB ) );
		$receipt = $this->rest( 'GET', '/purge/' . self::JOB, $ticket )->get_data();
		self::assertSame( array( array( $own ), array() ), array( array_column( $receipt['pages'], 'url' ), $receipt['changes'] ) );
		self::assertStringNotContainsString( $others, wp_json_encode( $this->rest( 'GET', '/purge/' . self::JOB, $ticket )->get_data(), JSON_UNESCAPED_SLASHES ) );
		$this->become( 'administrator' );
		$receipt = $this->rest( 'GET', '/purge/' . self::JOB )->get_data();
		self::assertSame( array( array( $others, $own ), array( 'Post “Secret” was edited' ) ), array( array_column( $receipt['pages'], 'url' ), $receipt['changes'] ) );
	}
}
