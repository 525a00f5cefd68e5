<?php
/**
 * Tests of what a page has of the posts that stay on top.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Their list is read for each query and each post; few pages have anything of it.
 */
final class Record_Sticky_Test extends Record_Test_Case {
	/**
	 * Tags of sticky posts on a page.
	 *
	 * @param string $path Of the page.
	 * @return string[]
	 */
	private function sticky( string $path ): array {
		$tags = array_values( preg_grep( '/^(?:sticky:|option:sticky_posts$)/', $this->page( $path )['tags'] ) );
		sort( $tags );
		return $tags;
	}

	public function test_has_the_list_where_wordpress_puts_them_on_top() {
		$this->post( 'Words.' );
		self::assertContains( 'option:sticky_posts', $this->sticky( '/' ) );
		self::assertSame( array( 'option:sticky_posts' ), $this->sticky( $this->page_of( 'new WP_Query( array( "posts_per_page" => 3 ) )' ) ) );
	}

	public function test_has_nothing_of_it_where_it_is_only_asked_for() {
		$this->post( 'Words.' );
		self::assertSame( array(), $this->sticky( '/?feed=rss2&cat=1' ) );
		self::assertSame( array(), $this->sticky( $this->page_of( 'new WP_Query( array( "ignore_sticky_posts" => true ) )' ) ) );
		self::assertSame( array(), $this->sticky( $this->page_of( 'new WP_Query( array( "paged" => 2 ) )' ) ) );
		self::assertSame( array(), $this->sticky( $this->page_of( 'foreach ( ( new WP_Query( array( "cat" => 1 ) ) )->posts as $post ) { post_class( "", $post ); }' ) ) );
	}

	public function test_has_a_post_that_is_asked_whether_it_is_one() {
		$post = $this->post( 'Words.' );
		self::assertContains( "sticky:$post", $this->sticky( '/?rest_route=/wp/v2/posts' ) );
		self::assertSame( array( "sticky:$post" ), $this->sticky( $this->page_of( "is_sticky( $post )" ) ) );
	}

	public function test_has_the_list_where_a_plugin_reads_it() {
		self::assertSame( array( 'option:sticky_posts' ), $this->sticky( $this->page_of( 'get_option( "sticky_posts" )' ) ) );
	}
}
