<?php
/**
 * Tests of the places and addresses that changes name.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Windows, page numbers, neighbours, and how slugs begin.
 */
final class Changes_Places_Test extends Change_Test_Case {
	/**
	 * Tags of places.
	 *
	 * @param callable $change Makes the change.
	 * @param string   $only   A pattern of those that are of interest.
	 * @return string[]
	 */
	private static function places( callable $change, string $only = '#^list:post/newest:|^pages:|^near:#' ): array {
		$tags = array_values( preg_grep( $only, self::noted( $change )['tags'] ) );
		sort( $tags, SORT_NATURAL );
		return $tags;
	}

	/**
	 * Windows that reach as far as a place.
	 *
	 * @param int $place From the newest on.
	 */
	private static function windows( int $place ): array {
		$tags = array();
		foreach ( array( 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024 ) as $size ) {
			if ( $size >= $place ) {
				$tags[] = "list:post/newest:$size";
			}
		}
		return $tags;
	}

	/**
	 * How many posts are published.
	 */
	private static function published(): int {
		return (int) wp_count_posts()->publish;
	}

	public function test_names_every_window_for_the_newest_post() {
		$publish = function () {
			$this->post( 'Text' );
		};
		self::assertSame( self::windows( 1 ), self::places( $publish, '/newest/' ) );
	}

	public function test_names_no_window_that_ends_before_the_post() {
		foreach ( range( 1, 5 ) as $nth ) {
			$this->made( array( 'post_title' => "Newer $nth" ) );
		}
		$newer = self::published();
		$id    = 0;
		$made  = function () use ( &$id ) {
			$id = $this->made_now( array( 'post_date' => '2001-01-01 10:00:00' ) );
		};
		self::assertSame( self::windows( $newer + 1 ), self::places( $made, '/newest/' ) );
		$trash = static function () use ( &$id ) {
			wp_trash_post( $id );
		};
		self::assertSame( self::windows( $newer + 1 ), self::places( $trash, '/newest/' ) );
	}

	public function test_names_the_windows_of_both_places_of_a_post_that_moves_in_time_and_no_page_numbers() {
		$this->made();
		$this->made();
		$id   = $this->made( array( 'post_date' => '2001-01-01 10:00:00' ) );
		$move = static function () use ( $id ) {
			wp_update_post( array( 'ID' => $id, 'post_date' => current_time( 'mysql' ), 'edit_date' => true ) );
		};
		self::assertSame( self::windows( 1 ), self::places( $move, '/newest|pages/' ) );
	}

	public function test_names_the_sizes_of_pages_of_which_there_is_one_more_or_less() {
		$id      = 0;
		$before  = self::published();
		$sizes   = array_map(
			static function ( $size ) {
				return "pages:post/$size";
			},
			array_values(
				array_filter(
					range( 1, 100 ),
					static function ( $size ) use ( $before ) {
						return 0 === $before % $size;
					}
				)
			)
		);
		$publish = function () use ( &$id ) {
			$id = $this->post( 'Text' );
		};
		self::assertSame( $sizes, self::places( $publish, '/pages/' ) );
		$remove = static function () use ( &$id ) {
			wp_delete_post( $id, true );
		};
		self::assertSame( $sizes, self::places( $remove, '/pages/' ) );
	}

	public function test_names_the_posts_that_it_comes_to_stand_beside_and_no_others() {
		$this->made( array( 'post_date' => '2001-01-01 10:00:00' ) );
		$before = $this->made( array( 'post_date' => '2001-01-02 10:00:00' ) );
		$alike  = $this->made( array( 'post_date' => '2001-01-03 10:00:00' ) );
		$after  = $this->made( array( 'post_date' => '2001-01-04 10:00:00' ) );
		$this->made( array( 'post_date' => '2001-01-05 10:00:00' ) );
		$id   = 0;
		$made = function () use ( &$id ) {
			$id = $this->made_now( array( 'post_date' => '2001-01-03 10:00:00' ) );
		};
		self::assertSame( array( "near:$before", "near:$alike", "near:$after" ), self::places( $made, '/near/' ) );
		$remove = static function () use ( &$id ) {
			wp_delete_post( $id, true );
		};
		self::assertSame( array(), self::places( $remove, '/near/' ), 'those beside it have read it' );
	}

	public function test_names_all_neighbours_where_many_posts_come_at_once() {
		$now  = self::published();
		$many = function () {
			foreach ( range( 1, 6 ) as $nth ) {
				$this->made_now( array( 'post_title' => "One of many $nth" ) );
			}
		};
		$tags = self::places( $many );
		self::assertContains( 'near:post', $tags );
		self::assertSame( self::windows( 1 ), array_values( preg_grep( '/newest/', $tags ) ) );
		foreach ( range( 1, 100 ) as $size ) {
			if ( ceil( $now / $size ) !== ceil( ( $now + 6 ) / $size ) ) {
				self::assertContains( "pages:post/$size", $tags );
			}
		}
	}

	public function test_names_no_place_of_a_post_that_stays_where_it_is() {
		$id    = $this->made();
		$edits = static function () use ( $id ) {
			wp_update_post( array( 'ID' => $id, 'post_title' => 'Other', 'post_content' => 'Other' ) );
		};
		self::assertSame( array(), self::places( $edits ) );
	}

	public function test_names_how_the_slugs_begin_that_a_post_comes_to_have_or_had() {
		$id     = 0;
		$starts = static function ( string $slug ): array {
			return array_map(
				static function ( int $length ) use ( $slug ): string {
					return 'slug:' . substr( $slug, 0, $length );
				},
				range( 1, min( 12, strlen( $slug ) ) )
			);
		};
		$made   = function () use ( &$id ) {
			$id = $this->made_now( array( 'post_name' => 'zebra-crossing-here' ) );
		};
		self::assertSame( array_merge( array( 'slug:=zebra-crossing-here' ), $starts( 'zebra-crossing-here' ) ), self::places( $made, '/slug/' ) );
		$move   = static function () use ( &$id ) {
			wp_update_post( array( 'ID' => $id, 'post_name' => 'quagga' ) );
		};
		$wanted = array_merge( array( 'slug:=quagga', 'slug:=zebra-crossing-here' ), $starts( 'quagga' ), $starts( 'zebra-crossing-here' ) );
		sort( $wanted, SORT_NATURAL );
		self::assertSame( $wanted, self::places( $move, '/slug/' ) );
		$edit   = static function () use ( &$id ) {
			wp_update_post( array( 'ID' => $id, 'post_title' => 'Other' ) );
		};
		self::assertSame( array(), self::places( $edit, '/slug/' ) );
		$remove = static function () use ( &$id ) {
			wp_delete_post( $id, true );
		};
		self::assertSame( array_merge( array( 'slug:=quagga' ), $starts( 'quagga' ) ), self::places( $remove, '/slug/' ) );
	}

	public function test_names_the_slug_of_a_post_whose_address_has_another_date() {
		$id   = $this->made( array( 'post_name' => 'okapi', 'post_date' => '2001-01-01 10:00:00' ) );
		$move = static function () use ( $id ) {
			wp_update_post( array( 'ID' => $id, 'post_date' => '2001-01-03 10:00:00', 'edit_date' => true ) );
		};
		self::assertContains( 'slug:=okapi', self::places( $move, '/slug/' ) );
	}

	public function test_names_more_sizes_of_pages_where_another_request_has_just_changed_something() {
		$id     = $this->made();
		$before = self::published();
		$trash  = static function () use ( $id ) {
			touch( PLATEN_SPOOL . '/changes' );
			wp_trash_post( $id );
		};
		$tags   = self::places( $trash, '/pages/' );
		foreach ( array( $before - 3, $before - 2, $before, $before + 1 ) as $size ) {
			self::assertContains( "pages:post/$size", $size > 0 ? $tags : array( "pages:post/$size" ) );
		}
	}

	public function test_names_the_places_of_a_post_that_visitors_see_but_that_is_published_no_more() {
		register_post_status( 'archived', array( 'public' => true ) );
		$id   = $this->made();
		$move = static function () use ( $id ) {
			wp_update_post( array( 'ID' => $id, 'post_status' => 'archived' ) );
		};
		$tags = self::places( $move );
		self::assertContains( 'list:post/newest:1', $tags );
		self::assertContains( 'pages:post/1', $tags );
		unset( $GLOBALS['wp_post_statuses']['archived'] );
	}
}
