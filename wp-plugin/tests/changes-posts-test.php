<?php
/**
 * Tests of what is noted when posts change.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Posts of any type, from their first to their last day.
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
		self::assertContains( $old . 'feed/', $noted['hidden'] );
		self::assertContains( get_permalink( $id ), $noted['urls'] );
		self::assertNotContains( rest_url( "wp/v2/posts/$id" ), $noted['hidden'] );
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

	public function test_notes_that_a_post_is_sticky_in_the_option_that_pages_read() {
		$id    = $this->made();
		$noted = self::noted(
			static function () use ( $id ) {
				stick_post( $id );
			}
		);
		self::assertTags( array( 'option:sticky_posts' ), $noted );
		unstick_post( $id );
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

	/**
	 * A post whose making is not noted before.
	 *
	 * @param array $fields As for wp_insert_post().
	 */
	private function made_now( array $fields ): int {
		$id = wp_insert_post( $fields + array( 'post_title' => 'Hello', 'post_content' => 'Text', 'post_status' => 'publish' ) );
		$this->remove_post_later( $id );
		return $id;
	}
}
