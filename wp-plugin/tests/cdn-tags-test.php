<?php
/**
 * Tests of the tags that pages have at the CDN.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Cdn\Cache_Tag;
use Platen\Cdn\Names;

/**
 * The header, as visitors are sent it.
 */
final class Cdn_Tags_Test extends Record_Test_Case {
	const PREFIX = '5b6c7d8e9f00';

	/**
	 * Filters so far: the last one counts.
	 *
	 * @var int
	 */
	private static $runs = 10;

	/**
	 * The agent has said that there is a CDN.
	 */
	protected function setUp(): void {
		parent::setUp();
		$this->prefix_is( self::PREFIX );
	}

	/**
	 * What was found in the option is forgotten.
	 */
	protected function tearDown(): void {
		parent::tearDown();
		wp_cache_delete( 'alloptions', 'options' );
	}

	/**
	 * What the site's requests find in the option. Not put into the database: a request that goes on when its visitor has his page may write
	 * back all options as they were, in the object cache.
	 *
	 * @param string|null $prefix Null for no option.
	 */
	private function prefix_is( ?string $prefix ) {
		$value = var_export( $prefix, true );
		$this->site_runs( "add_filter( 'alloptions', function ( \$all ) { return array_filter( array( 'platen_cdn' => $value ) ) + array_diff_key( \$all, array( 'platen_cdn' => 1 ) ); }, " . self::$runs++ . ' );' );
	}

	/**
	 * How many posts there are on a page.
	 *
	 * @param int $count The number.
	 */
	private function posts_per_page( int $count ) {
		$this->site_runs( "add_filter( 'pre_option_posts_per_page', function () { return $count; } );" );
	}

	/**
	 * What the database holds.
	 *
	 * @return string|null
	 */
	private static function stored() {
		global $wpdb;
		return $wpdb->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = 'platen_cdn'" );
	}

	/**
	 * The corpus that the agent's tests read.
	 */
	private static function corpus(): array {
		$folder = getenv( 'PLATEN_TEST_CORPUS' ) ? getenv( 'PLATEN_TEST_CORPUS' ) : dirname( __DIR__, 2 ) . '/protocol/test/corpus/plugin';
		return json_decode( file_get_contents( "$folder/cdn-tags.json" ), true );
	}

	/**
	 * Tags of a page, without the prefix.
	 *
	 * @param string $path    Of the page.
	 * @param array  $options As for wp_remote_request().
	 * @return string[]
	 */
	private function tags( string $path, array $options = array() ): array {
		$header = wp_remote_retrieve_header( $this->http( $path, $options ), 'cache-tag' );
		self::assertIsString( $header );
		if ( '' === $header ) {
			return array();
		}
		$tags = explode( ',', $header );
		self::assertLessThanOrEqual( Names::MOST, count( $tags ) );
		foreach ( $tags as $tag ) {
			self::assertMatchesRegularExpression( '/^' . self::PREFIX . '[0-9a-f]{8}$/D', $tag );
		}
		return array_map(
			static function ( $tag ) {
				return substr( $tag, strlen( self::PREFIX ) );
			},
			$tags
		);
	}

	/**
	 * Asserts that a page has the tags of these names, and none of those.
	 *
	 * @param string[] $names  Those that it has.
	 * @param string   $path   Of the page.
	 * @param string[] $others Those that it has not.
	 */
	private function assertNames( array $names, string $path, array $others = array() ) {
		$tags = $this->tags( $path );
		foreach ( array_merge( array( 'site' ), $names ) as $name ) {
			self::assertContains( Names::tag( $name ), $tags, "$path: $name" );
		}
		foreach ( $others as $name ) {
			self::assertNotContains( Names::tag( $name ), $tags, "$path: $name" );
		}
	}

	/**
	 * The path of a link.
	 *
	 * @param string $link Of this site.
	 */
	private static function path( string $link ): string {
		return wp_make_link_relative( $link );
	}

	public function test_spells_and_folds_them_as_the_agent_does() {
		$corpus = self::corpus();
		foreach ( $corpus['names'] as $name => $tag ) {
			self::assertSame( $tag, Names::tag( $name ), $name );
		}
		foreach ( $corpus['pages'] as $page ) {
			self::assertSame( $page['sent'], Names::fold( $page['names'] ), $page['why'] );
		}
	}

	public function test_calls_what_the_recorder_knows_as_the_agent_calls_what_changes() {
		foreach ( self::corpus()['changes'] as $change ) {
			foreach ( array_filter( array_map( array( Names::class, 'of' ), $change['changed'] ) ) as $name ) {
				self::assertContains( $name, $change['names'], $change['why'] );
			}
		}
	}

	public function test_a_post_has_its_own_its_authors_and_its_terms() {
		$term = $this->term( 'category' );
		$post = $this->post( 'Words.' );
		wp_set_post_terms( $post, array( $term ), 'category' );
		wp_update_post( array( 'ID' => $post, 'post_author' => 1 ) );
		$path = self::path( get_permalink( $post ) );
		$this->assertNames( array( "post:$post", 'user:1' ), $path, array( 'list:post', 'list:*', 'post:*' ) );
		// Older versions of WordPress don't look up the terms of a post that is in the object cache before they are asked for.
		self::assertNotSame( array(), array_intersect( array( Names::tag( "term:$term" ), Names::tag( 'term:*' ) ), $this->tags( $path ) ) );
	}

	public function test_lists_have_what_they_are_bound_to_and_the_posts_that_they_show() {
		$this->posts_per_page( 2 );
		$term  = $this->term( 'category' );
		$posts = array( $this->post( 'Words.' ), $this->post( 'Words.' ), $this->post( 'Words.' ) );
		foreach ( $posts as $age => $post ) {
			wp_update_post( array( 'ID' => $post, 'post_date' => gmdate( 'Y-m-d H:i:s', time() - ( $age + 1 ) * HOUR_IN_SECONDS ), 'edit_date' => true, 'post_author' => 1 ) );
			wp_set_post_terms( $post, array( $term ), 'category' );
		}
		$archive = self::path( get_term_link( $term ) );
		$this->assertNames( array( "list:post/term:$term", "term:$term", "post:$posts[0]", "post:$posts[1]", 'user:1' ), $archive, array( "post:$posts[2]", 'list:post' ) );
		$this->assertNames( array( "list:post/term:$term", "post:$posts[2]" ), $archive . 'page/2/', array( "post:$posts[0]" ) );
		$this->assertNames( array( "list:post/term:$term", "post:$posts[0]" ), $archive . 'feed/' );
		$this->assertNames( array( 'list:post', 'sticky:any', "post:$posts[0]" ), '/?utm_source=x' );
		$this->assertNames( array( 'list:post', "post:$posts[0]" ), '/feed/?utm_source=x' );
		$this->assertNames( array( 'list:post/user:1' ), '/?author=1' );
		$this->assertNames( array( 'list:post/date:' . gmdate( 'Y' ) ), gmdate( '/?\y\e\a\r=Y' ) );
		$this->assertNames( array( 'list:any/search' ), '/?s=words' );
		$this->assertNames( array( 'order:post' ), '/?orderby=title' );
		$this->assertNames( array( 'comments:all' ), '/comments/feed/?utm_source=x' );
	}

	public function test_pages_that_are_not_there_and_sitemaps_have_what_may_change_them() {
		$this->assertNames( array( 'slug:any' ), '/nothing-is-here-' . wp_rand() . '/' );
		$this->assertNames( array( 'post:*', 'list:*', 'term:*', 'user:*' ), '/?sitemap=index' );
	}

	public function test_many_posts_become_one() {
		$this->posts_per_page( 20 );
		for ( $count = 0; $count < 17; $count++ ) {
			$post = $this->post( 'Words.' );
		}
		$this->assertNames( array( 'list:post', 'post:*', 'term:*', 'user:*' ), '/?many', array( "post:$post" ) );
	}

	public function test_the_rest_api_has_them_by_what_it_answers() {
		$post = $this->post( 'Words.' );
		$term = $this->term( 'category' );
		$this->assertNames( array( "post:$post" ), "/?rest_route=/wp/v2/posts/$post", array( 'post:*', 'list:*' ) );
		$this->assertNames( array( "post:$post", 'list:*' ), '/?rest_route=/wp/v2/posts&per_page=5', array( 'post:*' ) );
		$this->assertNames( array( "term:$term", 'terms:category' ), "/?rest_route=/wp/v2/categories&include=$term", array( 'post:*' ) );
		$this->assertNames( array( 'users:all', 'user:1' ), '/?rest_route=/wp/v2/users' );
		foreach ( array( "/wp/v2/posts/$post&_embed=1", "/wp/v2/posts/$post&_fields=id", '/wp/v2/types', '/' ) as $route ) {
			$this->assertNames( array( 'post:*', 'list:*', 'term:*', 'user:*', 'users:all', 'comments:all' ), "/?rest_route=$route" );
		}
	}

	public function test_whoever_is_signed_in_gets_none() {
		$expires = time() + HOUR_IN_SECONDS;
		$cookie  = wp_generate_auth_cookie( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID, $expires, 'logged_in' );
		self::assertSame( array(), $this->tags( '/?signed-in', array( 'cookies' => array( LOGGED_IN_COOKIE => $cookie ) ) ) );
		self::assertSame( array(), $this->tags( '/?commented', array( 'cookies' => array( 'comment_author_' . COOKIEHASH => 'Anna' ) ) ) );
	}

	public function test_there_are_none_where_there_is_no_cdn() {
		$this->prefix_is( null );
		self::assertSame( array(), $this->tags( '/?none' ) );
		self::assertSame( array(), $this->tags( '/?rest_route=/wp/v2/posts' ) );
	}

	public function test_the_agent_says_whether_there_is_one() {
		// Requests of other tests may have left what they found there in the object cache.
		wp_cache_delete( 'alloptions', 'options' );
		self::assertSame( array( 'sends' => true ), $this->call( 'cdn.tags', array( 'prefix' => self::PREFIX ) )['value'] );
		self::assertSame( self::PREFIX, self::stored() );
		self::assertSame( self::PREFIX, \Platen\Cdn\Prefix::present() );
		self::assertSame( array( 'sends' => false ), $this->call( 'cdn.tags', array( 'prefix' => '' ) )['value'] );
		self::assertNull( self::stored() );
		self::assertSame( '', \Platen\Cdn\Prefix::present() );
	}

	public function test_nothing_but_a_prefix_gets_into_the_header() {
		foreach ( array( "5b6c7d8e9f00\r\nX: y", '5B6C7D8E9F00', '5b6c', 5, null ) as $prefix ) {
			self::assertSame( 'input.invalid', $this->call( 'cdn.tags', array( 'prefix' => $prefix ) )['code'] );
		}
		$this->prefix_is( '5b6c7d8e9f00,other' );
		self::assertSame( array(), $this->tags( '/?odd' ) );
		self::assertSame( 16, substr_count( Cache_Tag::value( self::PREFIX, array_map( 'strval', range( 1, 15 ) ) ), ',' ) + 1 );
	}

	public function test_leaves_what_is_recorded_of_a_page_as_it_is() {
		$post = $this->post( 'Words.' );
		$path = self::path( get_permalink( $post ) );
		$with = $this->page( $path );
		$this->prefix_is( null );
		$without = $this->page( $path );
		sort( $with['tags'] );
		sort( $without['tags'] );
		self::assertSame( $without['tags'], $with['tags'] );
		self::assertSame( isset( $without['partial'] ), isset( $with['partial'] ) );
	}

	public function test_costs_no_query() {
		$path = self::path( get_permalink( $this->post( 'Words.' ) ) );
		$with = self::drawn( $path );
		$this->prefix_is( null );
		self::assertSame( self::drawn( $path ), $with );
	}

	/**
	 * Title and number of queries of a page that is drawn in a process of its own.
	 *
	 * @param string $path Of the page.
	 */
	private static function drawn( string $path ): array {
		// The first one fills the object cache.
		self::draw( $path );
		return self::draw( $path );
	}

	/**
	 * Draws it once.
	 *
	 * @param string $path Of the page.
	 */
	private static function draw( string $path ): array {
		$command = array( PHP_BINARY, __DIR__ . '/one-page.php', $path, 'with' );
		$drawn   = json_decode( shell_exec( implode( ' ', array_map( 'escapeshellarg', $command ) ) . ' 2>/dev/null' ), true );
		self::assertSame( 'A post', substr( $drawn['title'], 0, 6 ), wp_json_encode( $drawn ) );
		return array( $drawn['title'], $drawn['queries'] );
	}
}
