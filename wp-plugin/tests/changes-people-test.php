<?php
/**
 * Tests of what is noted when comments and users change.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Comments and users.
 */
final class Changes_People_Test extends Change_Test_Case {
	/**
	 * Nobody is written to.
	 */
	protected function setUp(): void {
		add_filter( 'pre_wp_mail', '__return_true' );
		$_SERVER['REMOTE_ADDR'] = '192.0.2.1';
	}

	/**
	 * Takes everything away again.
	 */
	protected function tearDown(): void {
		remove_filter( 'pre_wp_mail', '__return_true' );
		unset( $_SERVER['REMOTE_ADDR'] );
		parent::tearDown();
	}

	/**
	 * A comment.
	 *
	 * @param int   $post     Id of the post.
	 * @param int   $approved 1 or 0.
	 * @param array $fields   As for wp_insert_comment().
	 */
	private function comment( int $post, int $approved, array $fields = array() ): int {
		return wp_insert_comment( $fields + array( 'comment_post_ID' => $post, 'comment_content' => 'Well', 'comment_author' => 'Ann', 'comment_approved' => $approved ) );
	}

	/**
	 * Tags of a comment that comes or goes.
	 *
	 * @param int $post Id of the post.
	 */
	private static function counted( int $post ): array {
		return array( "comments:$post", 'comments:all', "count:$post", 'order:post/comment_count' );
	}

	public function test_notes_an_approved_comment_where_comments_are_listed_and_counted() {
		$post  = $this->made();
		$noted = self::noted(
			function () use ( $post ) {
				$this->comment( $post, 1 );
			}
		);
		self::assertTags( self::counted( $post ), $noted );
		self::assertSame( array( 'The comments on “Hello” changed' ), $noted['what'] );
		self::assertContains( get_permalink( $post ), $noted['urls'] );
		self::assertContains( get_permalink( $post ) . 'comment-page-', $noted['trees'] );
		self::assertContains( rest_url( 'wp/v2/comments?' ), $noted['trees'] );
	}

	public function test_notes_nothing_of_comments_that_nobody_sees() {
		$post  = $this->made();
		$draft = $this->made( array( 'post_status' => 'draft' ) );
		$noted = self::noted(
			function () use ( $post, $draft ) {
				$comment = $this->comment( $post, 0 );
				wp_update_comment( array( 'comment_ID' => $comment, 'comment_content' => 'Other' ) );
				wp_spam_comment( $comment );
				wp_delete_comment( $comment, true );
				$this->comment( $draft, 1 );
				add_comment_meta( $this->comment( $post, 0 ), 'rating', 5 );
			}
		);
		self::assertSame( array(), $noted );
	}

	public function test_notes_a_comment_that_is_approved_edited_marked_as_spam_trashed_or_deleted() {
		$post    = $this->made();
		$comment = $this->comment( $post, 0 );
		$noted   = self::noted(
			static function () use ( $comment ) {
				wp_set_comment_status( $comment, 'approve' );
			}
		);
		self::assertTags( self::counted( $post ), $noted );
		$noted = self::noted(
			static function () use ( $comment ) {
				wp_update_comment( array( 'comment_ID' => $comment, 'comment_content' => 'Other' ) );
				add_comment_meta( $comment, 'rating', 5 );
			}
		);
		self::assertTags( array( "comments:$post", 'comments:all' ), $noted );
		foreach ( array( 'wp_spam_comment', 'wp_trash_comment', 'wp_delete_comment' ) as $end ) {
			$comment = $this->comment( $post, 1 );
			$noted   = self::noted(
				static function () use ( $comment, $end ) {
					$end( $comment, true );
				}
			);
			self::assertTags( self::counted( $post ), $noted );
		}
	}

	public function test_notes_a_comment_that_a_visitor_writes() {
		$post  = $this->made( array( 'comment_status' => 'open' ) );
		$agree = static function () {
			return 1;
		};
		add_filter( 'pre_comment_approved', $agree );
		$noted = self::noted(
			static function () use ( $post ) {
				wp_handle_comment_submission( array( 'comment_post_ID' => $post, 'author' => 'Ann', 'email' => 'ann@example.test', 'comment' => 'Well ' . wp_rand() ) );
			}
		);
		remove_filter( 'pre_comment_approved', $agree );
		self::assertTags( self::counted( $post ), $noted );
	}

	public function test_notes_the_comments_of_a_post_that_goes() {
		$post = $this->made();
		$this->comment( $post, 1 );
		$noted = self::noted(
			static function () use ( $post ) {
				wp_trash_post( $post );
			}
		);
		self::assertSame( array(), array_diff( array( "comments:$post", 'comments:all' ), $noted['tags'] ) );
	}

	public function test_notes_a_new_user_where_users_are_listed() {
		$user  = 0;
		$noted = self::noted(
			function () use ( &$user ) {
				$user = wp_insert_user( array( 'user_login' => 'user' . wp_rand(), 'user_pass' => 'x', 'display_name' => 'Ben', 'role' => 'subscriber' ) );
			}
		);
		wp_delete_user( $user );
		self::assertTags( array( "user:$user", 'users:all' ), $noted );
		self::assertSame( array( 'The profile of Ben was updated, and 1 other change' ), $noted['what'] );
	}

	public function test_notes_a_user_whose_name_changed_in_every_list_of_users() {
		$user  = $this->user();
		$noted = self::noted(
			static function () use ( $user ) {
				wp_update_user( array( 'ID' => $user, 'display_name' => 'Bea' ) );
			}
		);
		self::assertTags( array( "user:$user", 'users:all' ), $noted );
		self::assertContains( 'The profile of Bea was updated', $noted['what'] );
		self::assertContains( get_author_posts_url( $user ), $noted['urls'] );
	}

	public function test_notes_other_fields_of_a_user_as_himself() {
		$user = $this->user();
		foreach ( array( array( 'description' => 'Writes' ), array( 'user_url' => 'http://ann.example' ), array( 'user_email' => wp_rand() . '@example.test' ) ) as $fields ) {
			$noted = self::noted(
				static function () use ( $user, $fields ) {
					wp_update_user( array( 'ID' => $user ) + $fields );
				}
			);
			self::assertTags( array( "user:$user" ), $noted );
		}
		$noted = self::noted(
			static function () use ( $user ) {
				get_userdata( $user )->set_role( 'editor' );
			}
		);
		self::assertTags( array( "user:$user", 'users:all' ), $noted );
	}

	public function test_notes_nothing_of_passwords_sessions_and_preferences() {
		$user  = $this->user();
		$noted = self::noted(
			static function () use ( $user ) {
				wp_set_password( 'other', $user );
				\WP_Session_Tokens::get_instance( $user )->create( time() + 600 );
				update_user_meta( $user, 'wp_persisted_preferences', array( 'a' => wp_rand() ) );
				update_user_meta( $user, 'closedpostboxes_post', array( 'a' ) );
				update_user_option( $user, 'user-settings', 'a=b' );
				update_user_meta( $user, 'dismissed_wp_pointers', 'x' );
			}
		);
		self::assertSame( array(), $noted );
	}

	public function test_notes_a_user_who_goes_with_the_posts_that_another_is_given() {
		$user = $this->user();
		$heir = $this->user();
		$this->keep_an_author( $heir );
		$post  = $this->made( array( 'post_author' => $user ) );
		$noted = self::noted(
			static function () use ( $user, $heir ) {
				wp_delete_user( $user, $heir );
			}
		);
		self::assertSame( array(), array_diff( array( "user:$user", 'users:all', "post:$post", "list:post/user:$user", "list:post/user:$heir" ), $noted['tags'] ) );
		self::assertNotContains( 'list:post', $noted['tags'] );
	}
}
