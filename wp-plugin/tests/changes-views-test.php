<?php
/**
 * Tests of what changes while pages are drawn.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Requests to the site itself, which runs plugins that count.
 */
final class Changes_Views_Test extends Record_Test_Case {
	/**
	 * What a theme makes of its own, it makes when it first draws a page.
	 */
	protected function setUp(): void {
		parent::setUp();
		$this->http( '/?fresh=' . wp_rand() );
	}

	/**
	 * Takes away what the site counted.
	 */
	protected function tearDown(): void {
		parent::tearDown();
		delete_option( 'seen_by_test' );
	}

	/**
	 * Lines of `changes` that a request to the site leaves.
	 *
	 * @param string $php     What a plugin does there.
	 * @param array  $options As for wp_remote_request().
	 * @return array[]
	 */
	private function changes( string $php, array $options = array() ): array {
		$this->site_runs( $php );
		\Platen\Change\Request::write();
		$file = PLATEN_SPOOL . '/changes';
		file_put_contents( $file, '' );
		$this->lines(
			function () use ( $options ) {
				$this->http( '/?fresh=' . wp_rand(), $options );
			}
		);
		for ( $wait = 0; $wait < 100 && '' === file_get_contents( $file ); $wait++ ) {
			usleep( 10000 );
		}
		$lines = array_map(
			static function ( $line ) {
				return json_decode( $line, true );
			},
			file( $file )
		);
		file_put_contents( $file, '' );
		return $lines;
	}

	/**
	 * A plugin that counts at a hook.
	 *
	 * @param string $hook Of WordPress.
	 */
	private static function counts( string $hook ): string {
		return "add_action( '$hook', function () { update_option( 'seen_by_test', 1 + (int) get_option( 'seen_by_test' ) ); } );";
	}

	public function test_says_of_what_a_visitors_page_changes_that_it_was_one() {
		$lines = $this->changes( self::counts( 'wp_head' ) );
		self::assertCount( 1, $lines );
		self::assertSame( array( 'option:seen_by_test' ), $lines[0]['tags'] );
		self::assertSame( 'visit', $lines[0]['view'] );
		self::assertSame( array(), $lines[0]['trees'] );
	}

	public function test_says_so_too_of_meta_fields_and_of_what_changes_when_the_page_is_sent() {
		$post  = $this->post( 'Text' );
		$lines = $this->changes( "add_action( 'shutdown', function () { update_post_meta( $post, 'popularity_score', wp_rand() ); } );" );
		self::assertContains( "post:$post", $lines[0]['tags'] );
		self::assertSame( 'visit', $lines[0]['view'] );
	}

	public function test_tells_the_agents_own_renders_apart() {
		$lines = $this->changes( self::counts( 'wp_head' ), array( 'headers' => array( 'X-Platen-Refresh' => getenv( 'PLATEN_TEST_REFRESH' ) ) ) );
		self::assertSame( 'refresh', $lines[0]['view'] );
	}

	public function test_says_nothing_of_the_kind_where_something_is_sent_to_the_site() {
		self::assertArrayNotHasKey( 'view', $this->changes( self::counts( 'init' ), array( 'method' => 'POST' ) )[0] );
	}

	public function test_says_nothing_of_the_kind_of_scheduled_work_in_a_visitors_request() {
		self::assertArrayNotHasKey( 'view', $this->changes( "defined( 'DOING_CRON' ) || define( 'DOING_CRON', true );" . self::counts( 'init' ) )[0] );
		$this->assertDoneBy( 'late', "add_action( 'init', function () { defined( 'DOING_CRON' ) || define( 'DOING_CRON', true ); }, 1 );" . self::counts( 'wp_loaded' ) );
	}

	public function test_says_nothing_of_the_kind_where_a_visitor_turns_out_to_be_somebody() {
		$this->assertDoneBy( 'user', "add_filter( 'determine_current_user', function () { return 1; }, 99 );" . self::counts( 'wp' ) );
	}

	public function test_says_nothing_of_the_kind_of_what_is_sold_on_a_page_of_nobody_elses() {
		$post = $this->post( 'Text' );
		$sold = "add_action( 'template_redirect', function () { update_post_meta( $post, '_stock', wp_rand() ); } );";
		$this->assertDoneBy( 'sold', "define( 'DONOTCACHEPAGE', true );" . $sold );
		$this->assertDoneBy( 'cart', "add_action( 'wp', function () { define( 'DONOTCACHEPAGE', true ); } );" . $sold );
	}

	public function test_says_so_of_prices_that_each_page_makes_anew() {
		$post  = $this->post( 'Text' );
		$lines = $this->changes( "add_action( 'template_redirect', function () { update_post_meta( $post, '_price', wp_rand() ); } );" );
		self::assertSame( 'visit', $lines[0]['view'] );
		self::assertTrue( $lines[0]['urgent'] );
	}

	/**
	 * Asserts that what happens is no view's.
	 *
	 * @param string $why Of the case.
	 * @param string $php What a plugin does.
	 */
	private function assertDoneBy( string $why, string $php ) {
		$lines = $this->changes( $php );
		self::assertNotEmpty( $lines, $why );
		self::assertArrayNotHasKey( 'view', end( $lines ), $why );
	}
}
