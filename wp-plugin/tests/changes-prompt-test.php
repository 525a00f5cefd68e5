<?php
/**
 * Tests of how soon changes are told.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Change\Request;

/**
 * What is in the file while the request that changed something still goes on.
 */
final class Changes_Prompt_Test extends Change_Test_Case {
	/**
	 * Hooks of this test.
	 *
	 * @var array[]
	 */
	private $hooks = array();

	/**
	 * Takes slow plugins away again.
	 */
	protected function tearDown(): void {
		foreach ( $this->hooks as list( $hook, $call ) ) {
			remove_action( $hook, $call );
		}
		parent::tearDown();
	}

	/**
	 * What is in the file by the time that a plugin of the usual priority is called, which may take long.
	 *
	 * @param string   $hook    That calls the plugin.
	 * @param callable $changes Does it.
	 * @return array[]
	 */
	private function by( string $hook, callable $changes ): array {
		$seen          = array();
		$call          = static function () use ( &$seen ) {
			$seen[] = self::now();
		};
		$this->hooks[] = array( $hook, $call );
		add_action( $hook, $call );
		self::begin();
		$changes();
		self::assertNotSame( array(), $seen, $hook );
		return $seen[0];
	}

	/**
	 * As in the beginning of a request: the tests are one.
	 */
	private static function begin() {
		self::written();
		self::set( 'early', 0 );
	}

	/**
	 * Lines that are in the file.
	 */
	private static function now(): array {
		$file = PLATEN_SPOOL . '/changes';
		return array_map( array( self::class, 'line' ), is_file( $file ) ? file( $file, FILE_IGNORE_NEW_LINES ) : array() );
	}

	public function test_has_told_of_a_post_before_slow_plugins_hear_that_it_was_saved() {
		$post = $this->made();
		foreach ( array( 'save_post', 'wp_insert_post', 'wp_after_insert_post' ) as $hook ) {
			$lines = $this->by(
				$hook,
				static function () use ( $post ) {
					wp_update_post( array( 'ID' => $post, 'post_content' => 'Text ' . wp_rand() ) );
				}
			);
			self::assertCount( 1, $lines, $hook );
			self::assertContains( "post:$post", $lines[0]['tags'], $hook );
		}
	}

	public function test_tells_of_a_post_with_its_terms_in_one_line() {
		$term  = $this->term();
		$lines = $this->by(
			'save_post',
			function () use ( $term ) {
				$this->made_now( array( 'post_category' => array( $term ) ) );
			}
		);
		self::assertContains( "list:post/term:$term", $lines[0]['tags'] );
		self::assertCount( 1, self::written() );
	}

	public function test_tells_of_fields_that_plugins_save_with_a_post_in_one_line_more() {
		$post = $this->made();
		$this->by(
			'save_post',
			function () use ( $post ) {
				$save          = static function ( $saved ) use ( $post ) {
					for ( $at = 0; $saved === $post && $at < 20; $at++ ) {
						update_post_meta( $post, "field_$at", wp_rand() );
					}
				};
				$this->hooks[] = array( 'save_post', $save );
				add_action( 'save_post', $save );
				wp_update_post( array( 'ID' => $post, 'post_content' => 'Other' ) );
			}
		);
		self::assertCount( 2, self::written( false ) );
		self::assertSame( array(), self::written() );
	}

	public function test_has_told_of_a_deleted_post_before_slow_plugins_hear_of_it() {
		$post  = $this->made( array( 'post_status' => 'private' ) );
		$lines = $this->by(
			'after_delete_post',
			static function () use ( $post ) {
				wp_delete_post( $post, true );
			}
		);
		self::assertContains( "post:$post", self::together( $lines )['tags'] );
	}

	public function test_has_told_of_a_comment_before_anybody_is_sent_mail() {
		$post  = $this->made();
		$lines = $this->by(
			'wp_insert_comment',
			static function () use ( $post ) {
				wp_insert_comment( array( 'comment_post_ID' => $post, 'comment_content' => 'Nice', 'comment_approved' => 1 ) );
			}
		);
		self::assertContains( "comments:$post", $lines[0]['tags'] );
		self::assertContains( "count:$post", $lines[0]['tags'] );
	}

	public function test_has_told_of_what_is_changed_in_one_go_when_that_is_done() {
		$post            = $this->made();
		$this->options[] = 'prompt_test';
		$this->assertToldAtOnce(
			'option:prompt_test',
			static function () {
				update_option( 'prompt_test', wp_rand() );
			}
		);
		$this->assertToldAtOnce(
			"post:$post",
			static function () use ( $post ) {
				update_post_meta( $post, 'field', wp_rand() );
			}
		);
		$term = $this->term();
		$this->assertToldAtOnce(
			"term:$term",
			static function () use ( $term ) {
				wp_update_term( $term, 'category', array( 'description' => 'New ' . wp_rand() ) );
			}
		);
		$user = $this->user();
		$this->assertToldAtOnce(
			"user:$user",
			static function () use ( $user ) {
				wp_update_user( array( 'ID' => $user, 'display_name' => 'Bea' ) );
			}
		);
	}

	/**
	 * Asserts that a tag is in the file when a change is done.
	 *
	 * @param string   $tag     The tag.
	 * @param callable $changes Does it.
	 */
	private function assertToldAtOnce( string $tag, callable $changes ) {
		self::begin();
		$changes();
		self::assertContains( $tag, self::together( self::now() )['tags'] ?? array(), $tag );
	}

	public function test_tells_of_prices_and_stock_as_urgent_and_of_nothing_else() {
		$post = $this->made();
		foreach ( array( '_price', '_stock', '_stock_status' ) as $field ) {
			$this->assertUrgent(
				true,
				static function () use ( $post, $field ) {
					update_post_meta( $post, $field, wp_rand() );
				}
			);
		}
		foreach ( array( 'woocommerce_updated_product_stock', 'woocommerce_updated_product_price' ) as $hook ) {
			$this->assertUrgent(
				true,
				static function () use ( $post, $hook ) {
					do_action( $hook, $post );
				}
			);
		}
		$this->assertUrgent(
			false,
			static function () use ( $post ) {
				update_post_meta( $post, '_sku', wp_rand() );
				wp_update_post( array( 'ID' => $post, 'post_content' => 'Other' ) );
			}
		);
	}

	/**
	 * Asserts whether a change is told of at once, and as urgent.
	 *
	 * @param bool     $wanted  Whether.
	 * @param callable $changes Does it.
	 */
	private function assertUrgent( bool $wanted, callable $changes ) {
		self::begin();
		$changes();
		$lines = self::written( false );
		self::assertNotSame( array(), $lines );
		foreach ( $lines as $line ) {
			self::assertSame( $wanted, $line['urgent'] ?? false );
		}
	}

	public function test_has_told_of_a_deleted_user_only_when_he_is_gone() {
		$user = $this->user();
		$told = array();
		$this->by(
			'delete_user',
			function () use ( $user, &$told ) {
				$told = $this->by(
					'deleted_user',
					static function () use ( $user ) {
						wp_delete_user( $user );
					}
				);
			}
		);
		self::assertContains( "user:$user", self::together( $told )['tags'] );
	}

	public function test_writes_few_lines_for_an_edit_of_many_things() {
		self::begin();
		for ( $at = 0; $at < 30; $at++ ) {
			$this->options[] = "prompt_test_$at";
			update_option( "prompt_test_$at", wp_rand() );
		}
		$lines = self::written();
		self::assertLessThanOrEqual( 1 + Request::EARLY, count( $lines ) );
		self::assertCount( 30, self::together( $lines )['tags'] );
	}

	public function test_tells_of_a_menu_when_all_of_it_is_saved() {
		$menu = wp_create_nav_menu( 'Menu ' . wp_rand() );
		self::begin();
		$items = array();
		for ( $at = 0; $at < 3; $at++ ) {
			$items[] = wp_update_nav_menu_item( $menu, 0, array( 'menu-item-title' => 'Item', 'menu-item-url' => home_url( '/' ), 'menu-item-status' => 'publish' ) );
		}
		self::assertSame( array(), self::now() );
		wp_update_nav_menu_object( $menu, array( 'menu-name' => 'Menu ' . wp_rand() ) );
		$told = self::together( self::written( false ) );
		self::assertContains( 'post:' . $items[2], $told['tags'] );
		wp_delete_nav_menu( $menu );
	}
}
