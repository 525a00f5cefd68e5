<?php
/**
 * Tests of what is noted when posts go.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Posts that nobody may see any more, or no more where they were.
 */
final class Changes_Hidden_Test extends Change_Test_Case {
	/**
	 * Every post has a neighbour by the same author.
	 */
	protected function setUp(): void {
		$this->keep_an_author();
	}

	public function test_hides_a_post_that_is_unpublished_made_private_or_given_a_password() {
		$ends = array(
			array( 'post_status' => 'draft' ),
			array( 'post_status' => 'private' ),
			array( 'post_status' => 'pending' ),
			array( 'post_password' => 'secret' ),
			array( 'post_status' => 'future', 'post_date' => '2099-01-01 00:00:00', 'post_date_gmt' => '2099-01-01 00:00:00', 'edit_date' => true ),
		);
		foreach ( $ends as $fields ) {
			$id    = $this->made( array( 'post_content' => 'One<!--nextpage-->Two' ) );
			$link  = get_permalink( $id );
			$lists = self::lists( $id );
			$noted = self::noted(
				static function () use ( $id, $fields ) {
					wp_update_post( array( 'ID' => $id ) + $fields );
				}
			);
			self::assertSame( array(), array_diff( array_merge( array( "post:$id" ), $lists ), $noted['tags'] ) );
			$hidden = array( $link, $link . '2/', $link . 'embed/', $link . 'feed/', home_url( "?p=$id" ), rest_url( "wp/v2/posts/$id" ) );
			sort( $hidden );
			self::assertSame( $hidden, $noted['hidden'] );
			self::assertSame( array( "post:$id" ), $noted['closed'] );
			self::assertSame( array( isset( $fields['post_password'] ) ? '“Hello” was protected with a password' : '“Hello” is no longer public' ), $noted['what'] );
		}
	}

	public function test_hides_a_post_at_its_former_address_when_it_goes_to_the_trash() {
		$id    = $this->made();
		$link  = get_permalink( $id );
		$lists = self::lists( $id );
		$noted = self::noted(
			static function () use ( $id ) {
				wp_trash_post( $id );
			}
		);
		self::assertTags( array_merge( array( "post:$id", 'terms:category' ), $lists ), $noted );
		self::assertContains( $link, $noted['hidden'] );
		self::assertSame( array( '“Hello” was moved to the trash' ), $noted['what'] );
		self::assertSame(
			array(),
			self::noted(
				static function () use ( $id ) {
					wp_untrash_post( $id );
				}
			)
		);
	}

	public function test_hides_a_post_that_is_trashed_by_a_plain_update() {
		$id    = $this->made();
		$link  = get_permalink( $id );
		$noted = self::noted(
			static function () use ( $id ) {
				wp_update_post( array( 'ID' => $id, 'post_status' => 'trash' ) );
			}
		);
		self::assertContains( $link, $noted['hidden'] );
	}

	public function test_hides_a_post_that_is_deleted_with_the_pages_of_its_attachments() {
		update_option( 'wp_attachment_pages_enabled', '1' );
		$this->options[] = 'wp_attachment_pages_enabled';
		$id              = $this->made( array( 'post_author' => 0 ) );
		$image           = $this->attachment();
		wp_update_post( array( 'ID' => $image, 'post_parent' => $id ) );
		$link  = get_permalink( $id );
		$lists = self::lists( $id );
		$page  = get_permalink( $image );
		$trash = self::noted(
			static function () use ( $id ) {
				wp_update_post( array( 'ID' => $id, 'post_status' => 'draft' ) );
			}
		);
		self::assertContains( $page, $trash['hidden'] );
		wp_publish_post( $id );
		$noted = self::noted(
			static function () use ( $id ) {
				wp_delete_post( $id, true );
			}
		);
		self::assertTags( array_merge( array( "post:$id", 'terms:category' ), $lists ), $noted );
		self::assertContains( $link, $noted['hidden'] );
		self::assertSame( array( "post:$id" ), $noted['closed'] );
		self::assertSame( array( '“Hello” was deleted' ), $noted['what'] );
	}

	public function test_writes_at_once_what_nobody_may_see_any_more() {
		$id = $this->made();
		self::written();
		wp_update_post( array( 'ID' => $id, 'post_content' => 'Other' ) );
		self::assertSame( array(), self::written( false ) );
		wp_update_post( array( 'ID' => $id, 'post_status' => 'draft' ) );
		$noted = self::together( self::written( false ) );
		self::assertContains( "post:$id", $noted['tags'] );
		self::assertContains( 'list:post', $noted['tags'] );
		self::assertNotSame( array(), $noted['hidden'] );
	}

	public function test_names_both_addresses_of_a_post_that_moves() {
		$id    = $this->made();
		$old   = get_permalink( $id );
		$noted = self::noted(
			static function () use ( $id ) {
				wp_update_post( array( 'ID' => $id, 'post_name' => 'elsewhere' . wp_rand() ) );
			}
		);
		self::assertTags( array( "post:$id", 'list:post/search', 'order:post/modified', 'order:post/name' ), $noted );
		self::assertContains( $old, $noted['hidden'] );
		self::assertSame( array(), $noted['closed'] );
		self::assertContains( $old . 'feed/', $noted['hidden'] );
		self::assertContains( get_permalink( $id ), $noted['urls'] );
		self::assertNotContains( rest_url( "wp/v2/posts/$id" ), $noted['hidden'] );
		self::assertContains( 'slug:elsewhere', $noted['tags'] );
	}
}
