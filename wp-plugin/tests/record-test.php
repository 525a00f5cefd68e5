<?php
/**
 * Tests of what is recorded of pages, asked for over HTTP.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * The site's own answers to visitors.
 */
final class Record_Test extends Record_Test_Case {
	/**
	 * A category with three posts, two on a page.
	 *
	 * @return int[] The category, and the posts, newest first.
	 */
	private function category(): array {
		$this->option( 'posts_per_page', 2 );
		$term  = $this->term( 'category', array( 'slug' => 'cats' . wp_rand() ) );
		$posts = array();
		foreach ( array( 1, 2, 3 ) as $age ) {
			$post = $this->post( 'Words.' );
			wp_update_post( array( 'ID' => $post, 'post_date' => gmdate( 'Y-m-d H:i:s', time() - $age * DAY_IN_SECONDS ), 'edit_date' => true ) );
			wp_set_post_terms( $post, array( $term ), 'category' );
			$posts[] = $post;
		}
		return array( $term, $posts );
	}

	public function test_records_what_the_front_page_is_made_of() {
		$post = $this->post( 'Words.' );
		$page = $this->page( '/' );
		self::assertTags( array( 'list:post/newest:16', 'pages:post/10', "post:$post", 'option:blogname', 'option:home', 'option:posts_per_page' ), $page );
		self::assertArrayNotHasKey( 'partial', $page );
	}

	public function test_records_a_post_with_its_author_its_terms_and_its_comments() {
		list( $term, $posts ) = $this->category();
		wp_insert_comment( array( 'comment_post_ID' => $posts[0], 'comment_content' => 'Yes', 'comment_approved' => 1 ) );
		wp_update_post( array( 'ID' => $posts[0], 'post_author' => 1 ) );
		$page = $this->page( wp_make_link_relative( get_permalink( $posts[0] ) ) );
		self::assertTags( array( "post:$posts[0]", "term:$term", 'user:1', "comments:$posts[0]", "count:$posts[0]" ), $page );
		self::assertArrayNotHasKey( 'partial', $page );
	}

	public function test_sees_the_list_that_a_theme_puts_below_each_post() {
		if ( 'twentytwentyfive' !== get_stylesheet() ) {
			self::markTestSkipped( 'Twenty Twenty-Five has one.' );
		}
		$post = $this->post( 'Words.' );
		$page = $this->page( wp_make_link_relative( get_permalink( $post ) ) );
		self::assertTags( array( 'list:post/newest:4', "near:$post" ), $page );
		self::assertSame( array(), array_values( preg_grep( '#^list:post$|^pages:#', $page['tags'] ) ) );
	}

	public function test_binds_the_second_page_of_a_category_to_it_alone() {
		list( $term, $posts ) = $this->category();
		$page                 = $this->page( wp_make_link_relative( get_term_link( $term ) ) . 'page/2/' );
		self::assertSame( 200, $page['status'] );
		self::assertTags( array( "list:post/term:$term", "term:$term", "post:$posts[2]" ), $page );
		self::assertNotContains( 'list:post', $page['tags'] );
		self::assertNotContains( "post:$posts[0]", $page['tags'] );
	}

	public function test_binds_archives_of_authors_and_of_months() {
		$this->post( 'Words.' );
		self::assertTags( array( 'list:post/user:1' ), $this->page( '/?author=1' ) );
		self::assertTags( array( 'list:post/date:' . gmdate( 'Y-m' ) ), $this->page( gmdate( '/?\m=Ym' ) ) );
	}

	public function test_records_feeds_without_what_only_their_headers_tell() {
		$post = $this->post( 'Words.' );
		self::assertTags( array( 'list:post/newest:16', "post:$post" ), $this->page( '/?feed=rss2' ) );
		$page = $this->page( '/?feed=rss2&cat=1' );
		self::assertTags( array( 'list:post/term:1' ), $page );
		self::assertSame( array(), array_values( preg_grep( '#^order:|^list:any|^comments:all#', $page['tags'] ) ) );
		self::assertTags( array( 'comments:all' ), $this->page( '/?feed=comments-rss2' ) );
	}

	public function test_records_the_rest_api() {
		$post = $this->post( 'Words.' );
		self::assertTags( array( 'list:post/newest:16', 'pages:post/1', "post:$post" ), $this->page( '/?rest_route=/wp/v2/posts' ) );
		self::assertTags( array( 'terms:category' ), $this->page( '/?rest_route=/wp/v2/categories' ) );
		self::assertTags( array( 'terms:category', 'term:1' ), $this->page( '/?rest_route=/wp/v2/categories/1' ) );
		$slug = get_post( $post )->post_name;
		$page = $this->page( "/?rest_route=/wp/v2/posts&slug=$slug" );
		self::assertTags( array( "slug:=$slug", "post:$post" ), $page );
		self::assertNotContains( 'list:post', $page['tags'] );
	}

	public function test_records_sitemaps() {
		$this->post( 'Words.' );
		self::assertTags( array( 'list:post', 'list:page', 'terms:category', 'users:all' ), $this->page( wp_make_link_relative( get_sitemap_url( 'index' ) ) ) );
	}

	public function test_records_that_an_address_is_nobodys_yet() {
		$page = $this->page( '/?name=nobody-has-this' );
		self::assertSame( 404, $page['status'] );
		self::assertTags( array( 'slug:=nobody-has-this', 'slug:nobody-has-t' ), $page );
		self::assertSame( array(), array_values( preg_grep( '#^(?:list|order):(?:post|any)\b#', $page['tags'] ) ) );
	}

	public function test_records_where_a_redirect_leads() {
		$post = $this->post( 'Words.' );
		$this->option( 'permalink_structure', '/%postname%/' );
		flush_rewrite_rules();
		$page = $this->page( "/?p=$post" );
		self::assertSame( 301, $page['status'] );
		self::assertTags( array( "post:$post", 'option:permalink_structure' ), $page );
	}

	public function test_records_the_same_whether_the_object_cache_knows_it_or_not() {
		list( $term, $posts ) = $this->category();
		$drop_in              = WP_CONTENT_DIR . '/object-cache.php';
		$paths                = array( '/', '/?p=' . $posts[1], "/?cat=$term&paged=2", '/?feed=rss2', '/?name=nobody-has-this', '/?rest_route=/wp/v2/posts' );
		foreach ( $paths as $path ) {
			// What WordPress makes once of its own, such as options that are missing, is there afterwards.
			$this->page( $path );
			wp_cache_flush();
			$cold = $this->sorted( $this->page( $path ) );
			$warm = $this->sorted( $this->page( $path ) );
			rename( $drop_in, "$drop_in.away" );
			try {
				$without = $this->sorted( $this->page( $path ) );
			} finally {
				rename( "$drop_in.away", $drop_in );
			}
			self::assertNotSame( array(), $cold );
			self::assertSame( $cold, $warm, $path );
			self::assertSame( $cold, $without, $path );
		}
	}

	/**
	 * Tags in order, and whether they are all.
	 *
	 * @param array $page A line.
	 */
	private function sorted( array $page ): array {
		sort( $page['tags'] );
		return array( $page['tags'], isset( $page['partial'] ) );
	}

	public function test_takes_what_a_plugin_read_in_tables_of_core_for_all_that_is_in_them() {
		$this->site_runs( 'add_action( "wp_head", function () { $GLOBALS["wpdb"]->get_var( "SELECT SUM( meta_value ) FROM {$GLOBALS[\'wpdb\']->postmeta}" ); } );' );
		$page = $this->page( '/' );
		self::assertTags( array( 'post:*' ), $page );
		self::assertArrayNotHasKey( 'partial', $page );
	}

	public function test_says_that_it_does_not_know_what_a_plugin_read_in_a_table_of_its_own() {
		$this->site_runs( 'add_action( "wp_head", function () { $db = $GLOBALS["wpdb"]; $db->suppress_errors(); $db->get_var( "SELECT COUNT(*) FROM {$db->posts} p, {$db->prefix}orders o WHERE o.id = p.ID" ); } );' );
		self::assertTrue( $this->page( '/' )['partial'] ?? false );
	}

	public function test_says_that_it_does_not_know_what_a_plugin_had_a_query_read() {
		$this->site_runs( 'add_filter( "posts_join", function ( $join ) { return "$join LEFT JOIN {$GLOBALS[\'wpdb\']->options} AS o ON o.option_id = 0"; } );' );
		self::assertTrue( $this->page( '/' )['partial'] ?? false );
		self::assertTrue( $this->page( '/' )['partial'] ?? false );
	}

	public function test_says_that_it_does_not_know_what_lies_in_a_cache_of_a_plugins() {
		$this->site_runs( 'add_action( "wp_head", function () { if ( ! wp_cache_get( "list", "odd_plugin" ) ) { wp_cache_set( "list", array( 1 ), "odd_plugin" ); } wp_cache_get( "list", "odd_plugin" ); } );' );
		wp_cache_delete( 'list', 'odd_plugin' );
		self::assertArrayNotHasKey( 'partial', $this->page( '/' ) );
		self::assertTrue( $this->page( '/' )['partial'] ?? false );
		wp_cache_delete( 'list', 'odd_plugin' );
	}

	public function test_records_nothing_of_what_is_made_for_one_visitor() {
		$this->site_runs( 'if ( isset( $_GET["uncached"] ) ) { define( "DONOTCACHEPAGE", true ); }' );
		$logged_in = LOGGED_IN_COOKIE . '=' . rawurlencode( wp_generate_auth_cookie( 1, time() + 600, 'logged_in' ) );
		$lines     = $this->lines(
			function () use ( $logged_in ) {
				foreach ( array( $logged_in, 'wp-postpass_x=1', 'comment_author_x=Ann' ) as $cookie ) {
					$this->http( '/?fresh=' . wp_rand(), array( 'headers' => array( 'Cookie' => $cookie ) ) );
				}
				$this->http( '/?fresh=' . wp_rand(), array( 'method' => 'POST' ) );
				$this->http( '/?preview=true&fresh=' . wp_rand() );
				$this->http( '/?uncached&fresh=' . wp_rand() );
				$this->http( '/wp-login.php' );
				$this->http( '/wp-admin/admin-ajax.php?action=nothing' );
				$this->http( '/wp-cron.php' );
			}
		);
		self::assertSame( array(), $lines );
	}

	public function test_leaves_the_record_of_a_page_alone_when_only_its_head_was_asked_for() {
		$answer = array();
		$lines  = $this->lines(
			function () use ( &$answer ) {
				$answer = $this->http( '/?fresh=' . wp_rand(), array( 'method' => 'HEAD' ) );
			}
		);
		self::assertSame( array(), $lines );
		self::assertMatchesRegularExpression( '/^\d{16}$/', wp_remote_retrieve_header( $answer, 'x-platen-made' ) );
	}

	public function test_has_a_404_take_the_place_of_the_old_copy_when_nginx_refreshes_it() {
		$post = $this->post( 'Words.' );
		$path = "/?p=$post&fresh=" . wp_rand();
		$this->http( $path );
		self::assertSame( 'HIT', wp_remote_retrieve_header( $this->http( $path ), 'x-cache' ) );
		wp_delete_post( $post, true );
		// Here every request is one of nginx's own, which lab's configuration may not say.
		$this->site_runs( '$_SERVER["PLATEN_REFRESH"] = "1";' );
		$refresh = $this->http( $path, array( 'headers' => array( 'X-Platen-Refresh' => getenv( 'PLATEN_TEST_REFRESH' ) ) ) );
		self::assertSame( 404, wp_remote_retrieve_response_code( $refresh ) );
		self::assertSame( 404, wp_remote_retrieve_response_code( $this->http( $path ) ) );
	}

	public function test_never_has_a_fault_or_a_cookie_take_the_place_of_a_good_copy() {
		$this->site_runs( '$_SERVER["PLATEN_REFRESH"] = "1"; add_action( "init", function () { if ( isset( $_GET["fault"] ) ) { wp_die( "busy", "", array( "response" => (int) $_GET["fault"] ) ); } if ( isset( $_GET["cookie"] ) ) { setcookie( "a", "b" ); } } );' );
		foreach ( array( '/?fault=500', '/?fault=503', '/?fault=429', '/?p=999999&cookie' ) as $path ) {
			$path .= '&fresh=' . wp_rand();
			$made  = wp_remote_retrieve_header( $this->http( $path ), 'x-platen-made' );
			usleep( 2000 );
			self::assertNotSame( $made, wp_remote_retrieve_header( $this->http( $path ), 'x-platen-made' ), $path );
		}
	}

	public function test_writes_lines_that_the_agent_takes() {
		$folder = getenv( 'PLATEN_TEST_CORPUS' ) ? getenv( 'PLATEN_TEST_CORPUS' ) : dirname( __DIR__, 2 ) . '/protocol/test/corpus/plugin';
		$corpus = json_decode( file_get_contents( "$folder/spool.json" ), true )['page'];
		foreach ( $corpus['accepted'] as $line ) {
			self::assertFits( $line );
		}
		foreach ( $corpus['refused'] as $case ) {
			self::assertNotSame( '', self::misfit( $case['line'] ), $case['why'] );
		}
	}
}
