<?php
/**
 * Tests of what is noted when terms, menus, widgets, options and code change.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * What belongs to the site, not to one post.
 */
final class Changes_Site_Test extends Change_Test_Case {
	/**
	 * Who does something.
	 */
	private static function as_administrator() {
		wp_set_current_user( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID );
	}

	public function test_notes_a_term_that_is_made_edited_or_deleted() {
		$term  = 0;
		$noted = self::noted(
			static function () use ( &$term ) {
				$term = wp_insert_term( 'News ' . wp_rand(), 'category' )['term_id'];
			}
		);
		self::assertTags( array( "term:$term", 'terms:category' ), $noted );
		$link  = get_term_link( $term );
		$noted = self::noted(
			static function () use ( $term ) {
				wp_update_term( $term, 'category', array( 'name' => 'Olds' ) );
			}
		);
		self::assertTags( array( "term:$term", 'terms:category' ), $noted );
		self::assertNotContains( "termslug:$term", $noted['tags'] );
		self::assertSame( array( '“Olds” was updated' ), $noted['what'] );
		self::assertSame( array(), $noted['hidden'] );
		self::assertContains( $link, $noted['urls'] );
		$noted = self::noted(
			static function () use ( $term ) {
				wp_delete_term( $term, 'category' );
			}
		);
		self::assertTags( array( "term:$term", "termslug:$term", 'terms:category' ), $noted );
		self::assertSame( array( $link, $link . 'feed/' ), $noted['hidden'] );
	}

	public function test_hides_the_former_archive_of_a_term_at_once() {
		$term = $this->term();
		$link = get_term_link( $term );
		wp_update_term( $term, 'category', array( 'slug' => 'elsewhere' . wp_rand() ) );
		$noted = self::together( self::written( false ) );
		self::assertSame( array( $link, $link . 'feed/' ), $noted['hidden'] );
		self::assertTags( array( "term:$term", "termslug:$term", 'terms:category' ), $noted );
	}

	public function test_notes_the_lists_of_both_ancestors_of_a_term_that_moves() {
		$from  = $this->term();
		$to    = $this->term();
		$term  = $this->term( 'category', $from );
		$noted = self::noted(
			static function () use ( $term, $to ) {
				wp_update_term( $term, 'category', array( 'parent' => $to ) );
			}
		);
		self::assertTags( array( "term:$term", 'terms:category', "list:post/term:$from", "list:post/term:$to" ), $noted );
	}

	public function test_notes_each_post_that_loses_a_term() {
		$term  = $this->term( 'post_tag' );
		$post  = $this->made();
		wp_set_object_terms( $post, array( $term ), 'post_tag' );
		$noted = self::noted(
			static function () use ( $term ) {
				wp_delete_term( $term, 'post_tag' );
			}
		);
		self::assertTags( array( "term:$term", "termslug:$term", 'terms:post_tag', "post:$post", "list:post/term:$term" ), $noted );
	}

	public function test_notes_a_meta_field_of_a_term_as_the_term() {
		$term  = $this->term();
		$noted = self::noted(
			static function () use ( $term ) {
				update_term_meta( $term, 'color', 'red' );
			}
		);
		self::assertTags( array( "term:$term" ), $noted );
	}

	public function test_notes_a_menu_and_each_of_its_items() {
		$menu  = wp_create_nav_menu( 'Menu ' . wp_rand() );
		$item  = 0;
		$noted = self::noted(
			static function () use ( $menu, &$item ) {
				$item = wp_update_nav_menu_item( $menu, 0, array( 'menu-item-title' => 'Start', 'menu-item-url' => 'http://a.example/', 'menu-item-status' => 'publish' ) );
			}
		);
		self::assertSame( array(), array_diff( array( "post:$item", 'list:nav_menu_item', "list:nav_menu_item/term:$menu" ), $noted['tags'] ) );
		self::assertSame( 'A menu was changed', $noted['what'][0] );
		self::as_administrator();
		$noted = self::noted(
			static function () use ( $menu ) {
				wp_update_nav_menu_object( $menu, array( 'menu-name' => 'Other ' . wp_rand() ) );
			}
		);
		self::assertSame( array(), array_diff( array( "term:$menu", 'terms:nav_menu' ), $noted['tags'] ) );
		self::assertContains( home_url( '/' ), $noted['trees'] );
		$noted = self::noted(
			static function () use ( $menu ) {
				wp_delete_nav_menu( $menu );
			}
		);
		self::assertSame( array(), array_diff( array( "term:$menu", "post:$item" ), $noted['tags'] ) );
	}

	public function test_notes_widgets_settings_and_theme_mods_as_their_options() {
		self::as_administrator();
		$changes = array(
			'option:widget_text'                              => static function () {
				update_option( 'widget_text', array( 7 => array( 'text' => wp_rand() ) ) );
			},
			'option:blogdescription'                          => static function () {
				update_option( 'blogdescription', 'Words ' . wp_rand() );
			},
			'option:theme_mods_' . get_option( 'stylesheet' ) => static function () {
				set_theme_mod( 'color', wp_rand() );
			},
		);
		foreach ( $changes as $tag => $change ) {
			$noted = self::noted( $change );
			self::assertTags( array( $tag ), $noted );
			self::assertSame( array( home_url( '/' ) ), $noted['trees'] );
			self::assertArrayNotHasKey( 'everything', $noted );
		}
		remove_theme_mod( 'color' );
		delete_option( 'widget_text' );
	}

	public function test_takes_an_option_that_nobody_set_for_no_rule() {
		$this->options[] = 'platen_test_made';
		$noted           = self::noted(
			static function () {
				update_option( 'platen_test_made', 'a' );
			}
		);
		self::assertTags( array( 'option:platen_test_made' ), $noted );
		self::assertSame( array(), $noted['trees'] );
		$noted = self::noted(
			static function () {
				delete_option( 'platen_test_made' );
			}
		);
		self::assertTags( array( 'option:platen_test_made' ), $noted );
	}

	public function test_makes_tags_of_names_that_are_too_long_or_have_odd_characters() {
		$names           = array( 'platen test ü', 'platen_test_' . str_repeat( 'x', 150 ) );
		$this->options   = $names;
		$noted           = self::noted(
			static function () use ( $names ) {
				update_option( $names[0], 'a' );
				update_option( $names[1], 'a' );
			}
		);
		self::assertContains( 'option:platen%20test%20%C3%BC', $noted['tags'] );
		$whole = 'option:' . $names[1];
		self::assertContains( substr( $whole, 0, 87 ) . '~' . md5( $whole ), $noted['tags'] );
	}

	public function test_notes_nothing_of_options_that_are_written_all_the_time() {
		$noted = self::noted(
			static function () {
				set_transient( 'platen_test', wp_rand(), 60 );
				set_site_transient( 'platen_test', wp_rand(), 60 );
				add_option( '_transient_platen_test_2', wp_rand() );
				wp_schedule_single_event( time() + 600, 'platen_test' );
				update_option( 'rewrite_rules', array() );
				update_option( 'category_children', array( wp_rand() => array() ) );
				delete_option( 'category_children' );
				update_option( 'user_count', wp_rand() );
				update_option( 'blogname', get_option( 'blogname' ) );
				wp_clear_scheduled_hook( 'platen_test' );
				delete_option( '_transient_platen_test_2' );
				delete_transient( 'platen_test' );
				delete_site_transient( 'platen_test' );
			}
		);
		self::assertSame( array(), $noted );
	}

	public function test_says_everything_for_another_theme_other_plugins_addresses_or_language() {
		$theme = array( get_option( 'template' ), get_option( 'stylesheet' ), get_option( 'current_theme' ) );
		foreach ( array( 'permalink_structure' => '/%year%/%postname%/', 'category_base' => 'topics', 'stylesheet' => 'elsewhere', 'active_plugins' => array( 'a/a.php' ) ) as $name => $value ) {
			$before = get_option( $name );
			$noted  = self::noted(
				static function () use ( $name, $value ) {
					update_option( $name, $value );
				}
			);
			update_option( $name, $before );
			self::written();
			self::assertTrue( $noted['everything'], $name );
			self::assertTags( array(), $noted );
		}
		self::assertSame( $theme, array( get_option( 'template' ), get_option( 'stylesheet' ), get_option( 'current_theme' ) ) );
	}

	public function test_notes_nothing_where_plugins_are_only_in_another_order() {
		$before = get_option( 'active_plugins' );
		update_option( 'active_plugins', array_merge( $before, array( 'a/a.php' ) ) );
		$noted = self::noted(
			static function () use ( $before ) {
				update_option( 'active_plugins', array_merge( array( 'a/a.php' ), $before ) );
			}
		);
		update_option( 'active_plugins', $before );
		self::assertSame( array(), $noted );
	}

	public function test_says_everything_when_code_or_translations_that_are_used_are_updated() {
		$done = array(
			array( 'type' => 'core', 'action' => 'update' ),
			array( 'type' => 'translation', 'action' => 'update', 'translations' => array() ),
			array( 'type' => 'plugin', 'action' => 'update', 'plugins' => array( 'platen/platen.php' ) ),
			array( 'type' => 'plugin', 'action' => 'update', 'plugin' => 'platen/platen.php' ),
			array( 'type' => 'theme', 'action' => 'update', 'themes' => array( get_stylesheet() ) ),
		);
		foreach ( $done as $one ) {
			$noted = $this->upgraded( $one );
			self::assertSame( array( true, true ), array( $noted['everything'], $noted['code'] ), wp_json_encode( $one ) );
		}
		self::assertSame( array(), $this->upgraded( array( 'type' => 'plugin', 'action' => 'update', 'plugins' => array( 'other/other.php' ) ) ) );
		self::assertSame( array(), $this->upgraded( array( 'type' => 'theme', 'action' => 'install' ) ) );
	}

	/**
	 * What is noted after an update.
	 *
	 * @param array $done As the upgrader says it.
	 */
	private function upgraded( array $done ): array {
		return self::noted(
			static function () use ( $done ) {
				// Nobody else has to clean up after an update that was none.
				\Platen\Change\Site::action_upgrader_process_complete( null, $done );
			}
		);
	}
}
