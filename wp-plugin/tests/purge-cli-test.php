<?php
/**
 * Tests of the command line.
 *
 * @package Platen
 */

namespace Platen\Tests;

require_once __DIR__ . '/class-purge-test-case.php';
require_once __DIR__ . '/stand-in-wp-cli.php';

/**
 * `wp platen`, against a strict stand-in for WP-CLI.
 */
final class Purge_Cli_Test extends Purge_Test_Case {
	/**
	 * The command is there.
	 */
	protected function setUp(): void {
		\WP_CLI::add_command( 'platen', 'Platen\Cli\Command' );
	}

	/**
	 * Runs `wp platen …`: exit code, output and errors.
	 *
	 * @param string ...$argv Words after it.
	 */
	private function wp( string ...$argv ): array {
		$code = \WP_CLI::run( array_merge( array( 'platen' ), $argv ) );
		return array( $code, \WP_CLI::$written['out'], \WP_CLI::$written['err'] );
	}

	public function test_asks_for_pages_for_a_post_or_for_everything_and_ends_with_0() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$post  = $this->post( 'Words' );
		$calls = array(
			array( array( home_url( '/' ), home_url( '/a/' ) ), array( 'urls' => array( home_url( '/' ), home_url( '/a/' ) ) ) ),
			array( array( "--post=$post" ), array( 'urls' => array( get_permalink( $post ) ) ) ),
			array( array( '--all', '--reason=New theme' ), array( 'everything' => true, 'reason' => 'New theme' ) ),
		);
		foreach ( $calls as $at => list( $words, $input ) ) {
			list( $code, $out, $err ) = $this->wp( 'purge', ...$words );
			self::assertSame( array( 0, '' ), array( $code, $err ) );
			self::assertSame( 'Success: The purge was asked for. --wait shows what comes of it. (' . self::JOB . ")\n", $out );
			self::assertSame( $input, $this->asked()[ $at ][2]['input'] );
		}
	}

	public function test_ends_with_2_when_it_is_not_clear_what_is_to_be_purged() {
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$unclear = array(
			array(),
			array( '--no-all' ),
			array( '--all' ),
			array( '--all', '--reason=' ),
			array( '--all', '--reason=x', home_url( '/' ) ),
			array( '--post=1', home_url( '/' ) ),
			array( '--reason=x', home_url( '/' ) ),
			array( '--network', home_url( '/' ) ),
			array( '--all', '--reason=x', '--network' ),
			array( '--post=999999999' ),
			array( '--post=front' ),
			array( 'http://example.com/' ),
			array( 'about' ),
		);
		foreach ( $unclear as $words ) {
			list( $code, $out, $err ) = $this->wp( 'purge', ...$words );
			self::assertSame( array( 2, '' ), array( $code, $out ), implode( ' ', $words ) );
			self::assertStringStartsWith( 'Error: ', $err );
		}
		self::assertSame( array(), $this->asked() );
	}

	public function test_ends_with_1_and_says_when_everything_may_be_purged_again() {
		$this->agent_answers( array( $this->too_often() ) );
		list( $code, $out, $err ) = $this->wp( 'purge', '--all', '--reason=New theme' );
		self::assertSame( array( 1, '' ), array( $code, $out ) );
		self::assertMatchesRegularExpression( '/^Error: Everything was purged too often lately, so nothing was purged now\. It is possible again from \d\d:\d\d:\d\d on\./', $err );
	}

	public function test_waits_and_shows_the_receipt() {
		$running = $this->job( array( 'state' => 'running', 'progress' => array( 'done' => 1, 'total' => 2, 'note' => 'Fetching pages anew' ) ) );
		$this->agent_answers( array( array( 202, $this->job() ), array( 200, $running ), array( 200, $this->done( array( home_url( '/' ) ) ) ) ) );
		list( $code, $out, $err ) = $this->wp( 'purge', home_url( '/' ), '--wait' );
		self::assertSame( array( 0, '' ), array( $code, $err ) );
		self::assertSame( "url\tstate\twords\n" . home_url( '/' ) . "\tfresh\tNew. It was fetched as a visitor would: the cache gives the new copy.\nname\twords\nPage cache\tpurged (1 entry)\nSuccess: Visitors get new pages. (" . self::JOB . ")\n", $out );
	}

	public function test_ends_with_1_when_the_purge_failed_or_no_agent_is_there() {
		list( $code, $out, $err ) = $this->wp( 'purge', home_url( '/' ) );
		self::assertSame( array( 1, '', "Error: Platen’s agent does not answer, so nothing was purged. Ask your host to start it.\n" ), array( $code, $out, $err ) );

		$failed = $this->job( array( 'state' => 'failed', 'error' => array( 'code' => 'page.stale', 'message' => 'nginx: 1 of 1' ) ) );
		$this->agent_answers( array( array( 202, $this->job() ), array( 200, $failed ), array( 202, $this->job() ), array( 200, $failed ), array( 202, $this->job() ), array( 404, array( 'code' => 'job.not_found' ) ) ) );
		list( $code, , $err ) = $this->wp( 'purge', home_url( '/' ), '--wait' );
		self::assertSame( 1, $code );
		self::assertStringContainsString( 'page.stale: nginx: 1 of 1', $err );
		list( $code, $out, $err ) = $this->wp( 'purge', home_url( '/' ), '--wait', '--format=json' );
		self::assertSame( array( 1, '', 'failed' ), array( $code, $err, json_decode( $out, true )['state'] ) );
		self::assertSame( 1, $this->wp( 'purge', home_url( '/' ), '--wait' )[0] );
	}

	public function test_gives_programs_one_json_value_and_nothing_else() {
		$this->agent_answers( array( array( 202, $this->job() ), array( 200, $this->done( array( home_url( '/' ) ) ) ), array( 200, array( 'version' => '0.1.0' ) ) ) );
		list( $code, $out, $err ) = $this->wp( 'purge', home_url( '/' ), '--wait', '--format=json' );
		self::assertSame( array( 0, '', home_url( '/' ) ), array( $code, $err, json_decode( $out, true )['pages'][0]['url'] ) );
		list( $code, $out, $err ) = $this->wp( 'status', '--format=json' );
		self::assertSame( array( 0, "{\"version\":\"0.1.0\"}\n", '' ), array( $code, $out, $err ) );
		self::assertSame( 1, $this->wp( 'status', '--format=yaml' )[0] );
		self::assertSame( 1, $this->wp( 'purge', '--everything' )[0] );
	}

	public function test_tells_how_the_agent_is() {
		self::assertSame( 1, $this->wp( 'status' )[0] );
		$this->agent_answers( array( array( 200, array( 'version' => '0.1.0', 'link' => array( 'state' => 'open', 'since' => 1 ), 'kinds' => array( array( 'name' => 'cache.purge' ) ), 'running' => 1, 'waiting' => 0 ) ) ) );
		list( $code, $out ) = $this->wp( 'status' );
		self::assertSame( 0, $code );
		self::assertStringContainsString( "version\t0.1.0\nlink\topen\n", $out );
		self::assertStringContainsString( "kinds\tcache.purge\nrunning\t1\n", $out );
	}

	public function test_is_there_under_wp_cli_alone_and_ends_its_process_with_the_code() {
		self::assertFalse( defined( 'WP_CLI' ) );
		$process = proc_open( array( PHP_BINARY, __DIR__ . '/wp.php', 'platen', 'purge', 'http://example.com/' ), array( 1 => array( 'pipe', 'w' ), 2 => array( 'pipe', 'w' ) ), $pipes );
		$out     = stream_get_contents( $pipes[1] );
		$err     = stream_get_contents( $pipes[2] );
		self::assertSame( 2, proc_close( $process ), $out . $err );
		self::assertSame( "Error: This address belongs to another site. Only pages of this site can be purged here.\n", $err );
	}
}
