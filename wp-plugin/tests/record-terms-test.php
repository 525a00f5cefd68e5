<?php
/**
 * Tests of what a page has of the terms that WordPress reads for it.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Terms that are shown, those of which only the slug is, and those that are merely at hand.
 */
final class Record_Terms_Test extends Record_Test_Case {
	/**
	 * Asserts which tags a page has of a post's only term.
	 *
	 * @param string[] $wanted What is before the colon of the tags.
	 * @param string   $php    What makes the page; with `$post`.
	 */
	private function assert_use( array $wanted, string $php ) {
		$term = $this->term( 'category' );
		$post = $this->post( 'Words.' );
		wp_set_post_terms( $post, array( $term ), 'category' );
		$path = $this->page_of( "\$post = get_posts( array( 'include' => $post ) )[0]; $php" );
		wp_cache_flush();
		foreach ( array( 'cold', 'warm' ) as $state ) {
			$tags = array_diff( preg_grep( "/^[a-z]+:$term$/", $this->page( $path )['tags'] ), array( "post:$post" ) );
			$uses = array_map( static function ( $tag ) { return strstr( $tag, ':', true ); }, array_values( $tags ) );
			sort( $uses );
			// Up to WordPress 6.2 each query asks for the terms of its posts as who shows them does.
			self::assertSame( $wanted, is_wp_version_compatible( '6.3' ) ? $uses : array_values( array_intersect( $uses, $wanted ) ), $state );
		}
	}

	public function test_has_nothing_of_terms_that_are_only_at_hand() {
		$this->assert_use( array(), 'echo $post->post_title' );
	}

	public function test_has_the_slugs_of_terms_in_the_classes_of_a_post() {
		$this->assert_use( array( 'termslug' ), 'post_class( "", $post )' );
	}

	public function test_has_terms_that_are_shown_before_or_after_they_were_in_classes() {
		$this->assert_use( array( 'term', 'termslug' ), 'post_class( "", $post ); the_terms( $post->ID, "category" )' );
		$this->assert_use( array( 'term', 'termslug' ), 'the_terms( $post->ID, "category" ); post_class( "", $post )' );
		$this->assert_use( array( 'term' ), 'echo wp_get_object_terms( $post->ID, "category" )[0]->name' );
		$this->assert_use( array( 'term' ), 'wp_cache_flush(); echo get_the_terms( $post->ID, "category" )[0]->name' );
	}

	public function test_has_terms_whole_where_it_can_not_tell_when_classes_ended() {
		$this->assert_use( array( 'term' ), 'remove_all_filters( "post_class" ); post_class( "", $post ); the_terms( $post->ID, "category" )' );
		$this->assert_use( array( 'term' ), 'add_filter( "get_the_terms", function ( $terms, $id, $taxonomy ) { if ( "category" === $taxonomy ) { remove_all_filters( "get_the_terms" ); get_post_class( "", $id ); } return $terms; }, 10, 3 ); post_class( "", $post )' );
	}
}
