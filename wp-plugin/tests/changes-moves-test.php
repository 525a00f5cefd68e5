<?php
/**
 * Tests of what is noted when posts move.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Posts that enter and leave lists by their dates, terms, parents and authors.
 */
final class Changes_Moves_Test extends Change_Test_Case {
	/**
	 * Every post has a neighbour by the same author.
	 */
	protected function setUp(): void {
		$this->keep_an_author();
	}

	public function test_notes_the_orders_whose_key_changed_and_no_others() {
		$id = $this->made( array( 'post_type' => 'page' ) );
		foreach ( array( 'title' => array( 'post_title' => 'Other' ), 'menu_order' => array( 'menu_order' => 7 ) ) as $order => $fields ) {
			$noted = self::noted(
				static function () use ( $id, $fields ) {
					wp_update_post( array( 'ID' => $id ) + $fields );
				}
			);
			self::assertTags( array( "post:$id", 'list:page/search', 'order:page/modified', "order:page/$order" ), $noted );
		}
	}

	public function test_notes_the_lists_of_both_dates_of_a_post_that_moves_in_time() {
		$id    = $this->made( array( 'post_date' => '2020-05-01 10:00:00' ) );
		$old   = self::lists( $id );
		$noted = self::noted(
			static function () use ( $id ) {
				wp_update_post( array( 'ID' => $id, 'post_date' => '2021-06-02 10:00:00', 'edit_date' => true ) );
			}
		);
		self::assertTags( array_merge( array( "post:$id" ), $old, self::lists( $id ) ), $noted );
	}

	public function test_notes_the_terms_that_a_post_gains_or_loses_with_their_ancestors() {
		$top   = $this->term();
		$old   = $this->term( 'category', $top );
		$new   = $this->term( 'category', $top );
		$id    = $this->made( array( 'post_category' => array( $old ) ) );
		$noted = self::noted(
			static function () use ( $id, $new ) {
				wp_set_post_categories( $id, array( $new ) );
			}
		);
		self::assertTags( array( "post:$id", 'terms:category', "list:post/term:$old", "list:post/term:$new" ), $noted );
		$noted = self::noted(
			static function () use ( $id ) {
				wp_set_post_categories( $id, array( (int) get_option( 'default_category' ) ) );
			}
		);
		self::assertTags( array( "post:$id", 'terms:category', "list:post/term:$new", "list:post/term:$top", 'list:post/term:' . get_option( 'default_category' ) ), $noted );
		self::assertSame(
			array(),
			self::noted(
				static function () use ( $id ) {
					wp_set_post_categories( $id, array( (int) get_option( 'default_category' ) ) );
				}
			)
		);
	}

	public function test_notes_both_parents_of_a_page_that_moves() {
		$from  = $this->made( array( 'post_type' => 'page', 'post_title' => 'From' ) );
		$to    = $this->made( array( 'post_type' => 'page', 'post_title' => 'To' ) );
		$id    = $this->made( array( 'post_type' => 'page', 'post_parent' => $from ) );
		$old   = get_permalink( $id );
		$noted = self::noted(
			static function () use ( $id, $to ) {
				wp_update_post( array( 'ID' => $id, 'post_parent' => $to ) );
			}
		);
		self::assertTags( array( "post:$id", 'list:page/search', 'order:page/modified', 'order:page/parent', "list:page/parent:$from", "list:page/parent:$to" ), $noted );
		self::assertContains( $old, $noted['hidden'] );
		self::assertSame( array(), array_diff( array( get_permalink( $from ), get_permalink( $to ) ), $noted['urls'] ) );
		$noted = self::noted(
			static function () use ( $id ) {
				wp_update_post( array( 'ID' => $id, 'post_parent' => 0 ) );
			}
		);
		self::assertContains( 'list:page', $noted['tags'], 'lists of what is at the top have no other tag' );
		wp_update_post( array( 'ID' => $id, 'post_parent' => $to ) );
		$noted = self::noted(
			static function () use ( $to ) {
				wp_delete_post( $to, true );
			}
		);
		self::assertSame( array(), array_diff( array( "post:$to", "post:$id", "list:page/parent:$to", 'list:page/parent:0' ), $noted['tags'] ) );
	}

	public function test_notes_both_authors_and_whether_one_of_them_begins_to_have_posts() {
		$one   = $this->user();
		$two   = $this->user();
		$id    = $this->made( array( 'post_author' => $one ) );
		$noted = self::noted(
			static function () use ( $id, $two ) {
				wp_update_post( array( 'ID' => $id, 'post_author' => $two ) );
			}
		);
		$moved = array( "post:$id", 'list:post/search', 'order:post/modified', 'order:post/author', "list:post/user:$one", "list:post/user:$two" );
		self::assertTags( array_merge( $moved, array( 'users:all' ) ), $noted );
		$this->keep_an_author( $one );
		$this->keep_an_author( $two );
		$noted = self::noted(
			static function () use ( $id, $one ) {
				wp_update_post( array( 'ID' => $id, 'post_author' => $one ) );
			}
		);
		self::assertTags( $moved, $noted );
	}
}
