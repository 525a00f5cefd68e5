<?php
/**
 * Tests of what is noted when posts come and change.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Posts of any type.
 */
final class Changes_Posts_Test extends Change_Test_Case {
	/**
	 * Every post has a neighbour by the same author.
	 */
	protected function setUp(): void {
		$this->keep_an_author();
	}

	public function test_notes_a_new_post_in_every_list_that_it_is_in() {
		$id    = 0;
		$noted = self::noted(
			function () use ( &$id ) {
				$id = $this->post( 'Text' );
			}
		);
		self::assertTags( array_merge( array( "post:$id", 'terms:category' ), self::lists( $id ) ), $noted );
		self::assertSame( array( '“A post” was published' ), $noted['what'] );
		self::assertSame( array(), $noted['hidden'] );
	}

	public function test_names_every_page_that_may_show_a_new_post_by_rule() {
		$parent = $this->term();
		$term   = $this->term( 'category', $parent );
		$before = $this->made( array( 'post_date' => '2020-05-01 10:00:00' ) );
		$after  = $this->made( array( 'post_date' => '2020-07-01 10:00:00' ) );
		$alike  = $this->made( array( 'post_date' => '2020-03-01 10:00:00', 'post_category' => array( $term ) ) );
		$noted  = self::noted(
			function () use ( &$id, $term ) {
				$id = $this->made_now( array( 'post_date' => '2020-06-02 10:00:00', 'post_category' => array( $term ), 'post_content' => 'One<!--nextpage-->Two' ) );
			}
		);
		$link   = get_permalink( $id );
		$urls   = array( $link, $link . '2/', $link . 'feed/', $link . 'embed/', home_url( "?p=$id" ), home_url( '/' ), get_term_link( $term ), get_term_link( $parent ), get_author_posts_url( 0 ) );
		$urls   = array_merge( $urls, array( get_year_link( 2020 ), get_month_link( 2020, 6 ), get_day_link( 2020, 6, 2 ), get_permalink( $before ), get_permalink( $after ), get_permalink( $alike ) ) );
		$urls   = array_merge( $urls, array( rest_url( "wp/v2/posts/$id" ), rest_url( 'wp/v2/posts' ) ) );
		self::assertSame( array(), array_diff( $urls, $noted['urls'] ) );
		$trees  = array( $link, home_url( '/page/' ), home_url( '/feed' ), home_url( '/wp-sitemap' ), home_url( '/?s=' ), get_term_link( $parent ) . 'page/', get_term_link( $term ) . 'feed', get_year_link( 2020 ) . 'page/' );
		$trees  = array_merge( $trees, array( rest_url( 'wp/v2/posts?' ), rest_url( 'wp/v2/search' ), get_oembed_endpoint_url( $link ) ) );
		self::assertSame( array(), array_diff( $trees, $noted['trees'] ) );
		self::assertNotContains( home_url( '/' ), $noted['trees'] );
	}

	public function test_notes_an_update_without_the_lists_that_stay_as_they_were() {
		$id    = $this->made();
		$noted = self::noted(
			function () use ( $id ) {
				wp_update_post( array( 'ID' => $id, 'post_content' => 'Other' ) );
			}
		);
		self::assertTags( array( "post:$id", 'list:post/search', 'order:post/modified' ), $noted );
		self::assertSame( array( '“Hello” was updated' ), $noted['what'] );
		self::assertSame( array(), $noted['hidden'] );
		self::assertContains( get_permalink( $id ), $noted['urls'] );
	}

	public function test_notes_a_scheduled_post_when_cron_publishes_it() {
		$id = $this->made( array( 'post_status' => 'future', 'post_date' => '2099-01-01 10:00:00' ) );
		self::assertSame( array(), self::written() );
		$GLOBALS['wpdb']->update( $GLOBALS['wpdb']->posts, array( 'post_date' => '2021-02-03 10:00:00', 'post_date_gmt' => '2021-02-03 10:00:00' ), array( 'ID' => $id ) );
		clean_post_cache( $id );
		self::assertSame( array(), self::written() );
		$noted = self::noted(
			static function () use ( $id ) {
				do_action( 'publish_future_post', $id );
			}
		);
		self::assertSame( 'publish', get_post_status( $id ) );
		self::assertTags( array_merge( array( "post:$id", 'terms:category' ), self::lists( $id ) ), $noted );
		self::assertSame( array( '“Hello” was published' ), $noted['what'] );
		self::assertContains( home_url( '/' ), $noted['urls'] );
	}

	public function test_notes_tags_that_are_added_in_the_request_that_publishes() {
		$tag   = $this->term( 'post_tag' );
		$id    = $this->made( array( 'post_status' => 'draft' ) );
		$noted = self::noted(
			static function () use ( $id, $tag ) {
				wp_update_post( array( 'ID' => $id, 'post_status' => 'publish' ) );
				wp_set_object_terms( $id, array( $tag ), 'post_tag' );
			}
		);
		self::assertTags( array_merge( array( "post:$id", 'terms:category', 'terms:post_tag' ), self::lists( $id ) ), $noted );
		self::assertContains( "list:post/term:$tag", $noted['tags'] );
	}

	public function test_notes_what_the_block_editor_saves_in_one_line() {
		wp_set_current_user( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID );
		$term    = $this->term();
		$id      = $this->made();
		$request = new \WP_REST_Request( 'POST', "/wp/v2/posts/$id" );
		$request->set_body_params( array( 'title' => 'Other', 'categories' => array( $term ), 'status' => 'publish' ) );
		$noted = self::noted(
			static function () use ( $request ) {
				self::assertSame( 200, rest_do_request( $request )->get_status() );
			}
		);
		$moved = array( 'list:post/search', 'order:post/modified', 'order:post/title', "list:post/term:$term", 'list:post/term:' . get_option( 'default_category' ) );
		self::assertTags( array_merge( array( "post:$id", 'terms:category' ), $moved ), $noted );
		self::assertSame( array( '“Other” was updated' ), $noted['what'] );
	}

	public function test_notes_a_post_that_becomes_sticky_and_the_list_of_those() {
		$id    = $this->made();
		$noted = self::noted(
			static function () use ( $id ) {
				stick_post( $id );
			}
		);
		self::assertTags( array( 'option:sticky_posts', "sticky:$id" ), $noted );
		$other = $this->made();
		stick_post( $other );
		$noted = self::noted(
			static function () use ( $id ) {
				unstick_post( $id );
			}
		);
		self::assertTags( array( 'option:sticky_posts', "sticky:$id" ), $noted );
		$noted = self::noted(
			static function () {
				delete_option( 'sticky_posts' );
			}
		);
		self::assertTrue( $noted['everything'] );
		add_option( 'sticky_posts', array() );
	}

	public function test_notes_price_stock_and_featured_image_as_the_post_itself() {
		$id    = $this->made();
		$image = $this->attachment();
		foreach ( array( '_price' => '12', '_stock' => '3', '_thumbnail_id' => $image, 'anything' => array( 1 ) ) as $key => $value ) {
			$noted = self::noted(
				static function () use ( $id, $key, $value ) {
					update_post_meta( $id, $key, $value );
				}
			);
			self::assertTags( array( "post:$id", 'order:post/meta' ), $noted );
			self::assertContains( get_permalink( $id ), $noted['urls'] );
		}
		$noted = self::noted(
			static function () use ( $image ) {
				wp_delete_attachment( $image, true );
			}
		);
		self::assertContains( "post:$id", $noted['tags'] );
		self::assertContains( "post:$image", $noted['tags'] );
		self::assertContains( 'list:attachment', $noted['tags'] );
	}

	public function test_notes_attachments() {
		$noted = self::noted(
			function () use ( &$image ) {
				$image = $this->attachment();
			}
		);
		self::assertTags( array_merge( array( "post:$image" ), self::lists( $image ) ), $noted );
		$noted = self::noted(
			static function () use ( $image ) {
				wp_update_post( array( 'ID' => $image, 'post_excerpt' => 'Caption' ) );
				update_post_meta( $image, '_wp_attachment_image_alt', 'Alternative' );
			}
		);
		self::assertTags( array( "post:$image", 'list:attachment/search', 'order:attachment/modified', 'order:attachment/meta' ), $noted );
	}

	public function test_hears_of_sql_when_the_cache_is_cleaned_after_it() {
		$id   = $this->made( array( 'post_date' => '2020-05-01 10:00:00' ) );
		$link = get_permalink( $id );
		get_post( $id );
		$lists = self::lists( $id );
		$noted = self::noted(
			static function () use ( $id ) {
				global $wpdb;
				$wpdb->update( $wpdb->posts, array( 'post_status' => 'draft' ), array( 'ID' => $id ) );
				clean_post_cache( $id );
			}
		);
		self::assertTags( array_merge( array( "post:$id", 'terms:category' ), $lists ), $noted );
		self::assertContains( $link, $noted['hidden'] );
	}

	public function test_notes_templates_patterns_navigation_and_styles() {
		foreach ( array( 'wp_template', 'wp_template_part', 'wp_block', 'wp_navigation', 'wp_global_styles' ) as $type ) {
			$id    = 0;
			$noted = self::noted(
				function () use ( &$id, $type ) {
					$id = $this->made_now( array( 'post_type' => $type ) );
				}
			);
			self::assertSame( array(), array_diff( array( "post:$id", "list:$type" ), $noted['tags'] ), $type );
			$noted = self::noted(
				static function () use ( $id ) {
					wp_update_post( array( 'ID' => $id, 'post_content' => 'Other' ) );
				}
			);
			self::assertTags( array( "post:$id", "list:$type/search", "order:$type/modified" ), $noted );
			$noted = self::noted(
				static function () use ( $id ) {
					wp_delete_post( $id, true );
				}
			);
			self::assertSame( array(), array_diff( array( "post:$id", "list:$type" ), $noted['tags'] ), $type );
			self::assertSame( array(), $noted['hidden'] );
		}
	}

	public function test_notes_nothing_of_what_nobody_sees() {
		$draft  = $this->made( array( 'post_status' => 'draft' ) );
		$public = $this->made();
		$quiet  = array(
			'a draft'           => static function () use ( $draft ) {
				wp_update_post( array( 'ID' => $draft, 'post_title' => 'Other', 'post_category' => array( 1 ) ) );
				update_post_meta( $draft, 'price', wp_rand() );
				wp_trash_post( $draft );
				wp_untrash_post( $draft );
			},
			'an auto-draft'     => function () {
				$this->remove_post_later( wp_insert_post( array( 'post_status' => 'auto-draft', 'post_title' => 'Auto' ) ) );
			},
			'a scheduled post'  => static function () use ( $draft ) {
				wp_update_post( array( 'ID' => $draft, 'post_status' => 'future', 'post_date' => '2099-01-01 00:00:00', 'post_date_gmt' => '2099-01-01 00:00:00', 'edit_date' => true ) );
			},
			'an autosave'       => static function () use ( $public ) {
				require_once ABSPATH . 'wp-admin/includes/post.php';
				wp_create_post_autosave( array( 'post_ID' => $public, 'post_type' => 'post', 'post_title' => 'Auto', 'post_content' => 'Auto', 'post_excerpt' => '' ) );
			},
			'a revision'        => static function () use ( $public ) {
				_wp_put_post_revision( $public );
			},
			'a lock'            => static function () use ( $public ) {
				require_once ABSPATH . 'wp-admin/includes/post.php';
				wp_set_current_user( 1 );
				wp_set_post_lock( $public );
				wp_set_current_user( 0 );
			},
			'a counter'         => static function () use ( $public ) {
				update_post_meta( $public, 'post_views_count', wp_rand() );
			},
			'the same value'    => static function () use ( $public ) {
				update_post_meta( $public, 'post_views_count', get_post_meta( $public, 'post_views_count', true ) );
			},
			'a changeset'       => function () {
				$this->remove_post_later( wp_insert_post( array( 'post_type' => 'customize_changeset', 'post_status' => 'publish', 'post_content' => '{}' ) ) );
			},
			'an embed’s cache'  => function () use ( $public ) {
				update_post_meta( $public, '_oembed_' . md5( 'x' ), '<iframe>' );
				$this->remove_post_later( wp_insert_post( array( 'post_type' => 'oembed_cache', 'post_status' => 'publish', 'post_content' => '{}' ) ) );
			},
		);
		foreach ( $quiet as $why => $change ) {
			self::assertSame( array(), self::noted( $change ), $why );
		}
		self::assertSame(
			array(),
			self::noted(
				static function () use ( $draft ) {
					wp_delete_post( $draft, true );
				}
			)
		);
	}
}
