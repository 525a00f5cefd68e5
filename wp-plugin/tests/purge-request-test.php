<?php
/**
 * Tests of what a purge is asked for with.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Purge\Address;
use Platen\Purge\Request;

require_once __DIR__ . '/class-purge-test-case.php';

/**
 * The service behind all doors.
 */
final class Purge_Request_Test extends Purge_Test_Case {
	public function test_takes_addresses_of_this_site_and_of_no_other() {
		$home = home_url();
		foreach ( array( '/', '/a/?b=c', '/%E2%9C%93/', '/ü/' ) as $path ) {
			self::assertSame( $home . $path, Address::of( $home . $path ) );
		}
		self::assertSame( $home, Address::of( "  $home#part" ) );
		self::assertSame( strtoupper( 'http' ) . substr( $home, 4 ), Address::of( 'HTTP' . substr( $home, 4 ) ) );
		$host    = wp_parse_url( $home, PHP_URL_HOST );
		$port    = wp_parse_url( $home, PHP_URL_PORT );
		$foreign = array( "https://$host:$port/", "http://$host/", 'http://example.com/', "http://example.com#@$host:$port/", "ftp://$host:$port/", $home . '.example.com' );
		foreach ( $foreign as $url ) {
			self::assertContains( Address::of( $url )->get_error_code(), array( 'url.foreign', 'url.invalid' ), $url );
		}
		$odd = array( '', '/path', '//' . $host, 'javascript:alert(1)', "http://user:pass@$host:$port/", "$home/a b", "$home/a\\b", "$home/a\nb", "$home/a/../b", "$home/%2e%2E/", $home . '/' . str_repeat( 'x', 2048 ) );
		foreach ( $odd as $url ) {
			self::assertSame( 'url.invalid', Address::of( $url )->get_error_code(), $url );
		}
	}

	public function test_keeps_to_the_folder_of_a_site_that_lives_in_one() {
		$folder = static function ( $url, $path ) {
			return preg_replace( '#(://[^/]+)#', '$1/blog', $url, 1 );
		};
		$origin = home_url();
		add_filter( 'home_url', $folder, 10, 2 );
		$own     = Address::of( "$origin/blog/a/" );
		$foreign = array( Address::of( "$origin/other/" ), Address::of( "$origin/blogger/" ) );
		remove_filter( 'home_url', $folder );
		self::assertSame( "$origin/blog/a/", $own );
		foreach ( $foreign as $error ) {
			self::assertSame( 'url.foreign', $error->get_error_code() );
		}
	}

	public function test_asks_the_agent_for_each_page_once() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$job = Request::pages( array( home_url( '/a/' ), home_url( '/b/#top' ), home_url( '/a/' ) ) );
		self::assertSame( self::JOB, $job['id'] );
		$body = array( 'kind' => 'cache.purge', 'input' => array( 'urls' => array( home_url( '/a/' ), home_url( '/b/' ) ) ), 'origin' => 'owner' );
		self::assertSame( array( array( 'POST', '/v1/jobs', $body ) ), $this->asked() );
	}

	public function test_asks_for_everything_with_a_reason_only() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		foreach ( array( '', "  \n ", '<b></b>', str_repeat( 'x', 201 ) ) as $reason ) {
			self::assertSame( 'input.invalid', Request::everything( $reason )->get_error_code() );
		}
		self::assertSame( array(), $this->asked() );
		Request::everything( " New theme\n" );
		self::assertSame( array( 'everything' => true, 'reason' => 'New theme' ), $this->asked()[0][2]['input'] );
	}

	public function test_asks_nothing_of_the_agent_when_one_address_of_many_is_wrong() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		self::assertSame( 'url.foreign', Request::pages( array( home_url( '/' ), 'http://example.com/' ) )->get_error_code() );
		self::assertSame( 'input.invalid', Request::pages( array() )->get_error_code() );
		self::assertSame( 'input.invalid', Request::pages( array_fill( 0, 501, home_url( '/' ) ) )->get_error_code() );
		self::assertSame( array(), $this->asked() );
	}

	public function test_says_in_plain_words_what_went_wrong_and_what_to_do() {
		$error = Request::pages( array( home_url( '/' ) ) );
		self::assertSame( 'agent.unavailable', $error->get_error_code() );
		self::assertSame( 'Platen’s agent does not answer, so nothing was purged.', $error->get_error_message() );
		self::assertSame( array( 'status' => 503, 'hint' => 'Ask your host to start it.' ), $error->get_error_data() );

		$this->agent_answers( array( array( 403, array( 'code' => 'policy.denied', 'message' => 'The site’s policy file…', 'hint' => 'Root…' ) ), array( 500, array( 'code' => 'some.new_code' ) ), array( 202, array() ) ) );
		self::assertSame( 'Your host does not allow purges on this site.', Request::pages( array( home_url( '/' ) ) )->get_error_message() );
		self::assertStringContainsString( 'some.new_code', Request::pages( array( home_url( '/' ) ) )->get_error_message() );
		self::assertSame( 'agent.unavailable', Request::pages( array( home_url( '/' ) ) )->get_error_code() );
	}

	public function test_knows_a_post_that_visitors_can_see_only() {
		$post = $this->post( 'Words' );
		self::assertSame( get_permalink( $post ), Address::of_post( $post ) );
		wp_update_post( array( 'ID' => $post, 'post_status' => 'draft' ) );
		self::assertSame( 'post.not_found', Address::of_post( $post )->get_error_code() );
		self::assertSame( 'post.not_found', Address::of_post( 0 )->get_error_code() );
	}

	public function test_knows_purges_only_and_no_other_job() {
		$this->agent_answers( array( array( 200, $this->job( array( 'kind' => 'health.report' ) ) ), array( 200, $this->job() ) ) );
		self::assertSame( 'job.not_found', Request::job( self::JOB )->get_error_code() );
		self::assertSame( self::JOB, Request::job( self::JOB )['id'] );
		self::assertSame( 'job.not_found', Request::job( self::JOB . "\n" )->get_error_code() );
		self::assertSame( 'job.not_found', Request::job( '../status' )->get_error_code() );
		self::assertCount( 2, $this->asked() );
	}
}
