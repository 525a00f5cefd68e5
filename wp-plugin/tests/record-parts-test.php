<?php
/**
 * Tests of the recorder's parts, inside this process.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Record\Cache_Key;
use Platen\Record\Page_Line;
use Platen\Record\Post_Window;
use Platen\Record\Queries;
use Platen\Record\Reads;
use Platen\Record\Statements;
use Platen\Record\Tag;
use Platen\Record\Volatile;
use Platen\Record\Watched_Cache;

/**
 * What becomes of queries, keys and names.
 */
final class Record_Parts_Test extends Record_Test_Case {
	/**
	 * The object cache as it was.
	 *
	 * @var object
	 */
	private $cache;

	/**
	 * Watches, as the plugin does for visitors.
	 */
	protected function setUp(): void {
		$this->cache                = $GLOBALS['wp_object_cache'];
		$GLOBALS['wp_object_cache'] = new Watched_Cache( $this->cache );
		add_action( 'pre_get_posts', array( Queries::class, 'action_pre_get_posts' ), PHP_INT_MAX );
		add_filter( 'query_loop_block_query_vars', array( Queries::class, 'filter_block_vars' ), PHP_INT_MAX, 2 );
		add_action( 'pre_get_terms', array( Queries::class, 'action_query' ), PHP_INT_MAX );
		add_action( 'pre_get_comments', array( Queries::class, 'action_query' ), PHP_INT_MAX );
		add_action( 'pre_get_users', array( Queries::class, 'action_query' ), PHP_INT_MAX );
		add_filter( 'wp_get_nav_menu_items', array( 'Platen\Record\Listings', 'filter_nav_menu_items' ), PHP_INT_MAX, 2 );
		add_filter( 'getarchives_where', array( 'Platen\Record\Listings', 'filter_getarchives_where' ), PHP_INT_MAX, 2 );
		add_filter( 'get_previous_post_where', array( 'Platen\Record\Adjacent', 'filter_where' ), PHP_INT_MAX, 5 );
		add_filter( 'get_usernumposts', array( 'Platen\Record\Listings', 'filter_usernumposts' ), PHP_INT_MAX, 3 );
	}

	/**
	 * Ends that.
	 */
	protected function tearDown(): void {
		remove_action( 'pre_get_posts', array( Queries::class, 'action_pre_get_posts' ), PHP_INT_MAX );
		remove_filter( 'query_loop_block_query_vars', array( Queries::class, 'filter_block_vars' ), PHP_INT_MAX );
		foreach ( array( 'pre_get_terms', 'pre_get_comments', 'pre_get_users' ) as $hook ) {
			remove_action( $hook, array( Queries::class, 'action_query' ), PHP_INT_MAX );
		}
		remove_filter( 'wp_get_nav_menu_items', array( 'Platen\Record\Listings', 'filter_nav_menu_items' ), PHP_INT_MAX );
		remove_filter( 'getarchives_where', array( 'Platen\Record\Listings', 'filter_getarchives_where' ), PHP_INT_MAX );
		remove_filter( 'get_previous_post_where', array( 'Platen\Record\Adjacent', 'filter_where' ), PHP_INT_MAX );
		remove_filter( 'get_usernumposts', array( 'Platen\Record\Listings', 'filter_usernumposts' ), PHP_INT_MAX );
		$this->recorded( '__return_true' );
		$GLOBALS['wp_object_cache'] = $this->cache;
		parent::tearDown();
	}

	/**
	 * Tags of lists and of what they are bound to while something is done.
	 *
	 * @param callable $does What is done.
	 * @param string   $only Classes that are of interest, as a pattern.
	 * @return string[]
	 */
	private function recorded( callable $does, string $only = 'list|pages|near|slug|order|terms|users|comments' ): array {
		Queries::settle();
		$GLOBALS['wp_object_cache'] = new Watched_Cache( $this->cache );
		Reads::$tags                = array();
		Reads::$partial             = false;
		$does();
		Queries::settle();
		$tags = array_values( preg_grep( "/^(?:$only):/", array_keys( Reads::$tags ) ) );
		sort( $tags );
		return Reads::$partial ? array_merge( $tags, array( 'partial' ) ) : $tags;
	}

	/**
	 * Likewise, of a query of posts.
	 *
	 * @param array $args As for WP_Query.
	 * @return string[]
	 */
	private function query( array $args ): array {
		return $this->recorded(
			static function () use ( $args ) {
				new \WP_Query( $args );
			}
		);
	}

	public function test_knows_each_condition_of_a_list_of_posts() {
		$term  = $this->term( 'category' );
		$slug  = get_term( $term )->slug;
		$tt    = get_term( $term )->term_taxonomy_id;
		$tag   = $this->term( 'post_tag' );
		$login = get_userdata( 1 )->user_nicename;
		$cases = array(
			array( array( 'posts_per_page' => 1 ), array( 'list:post/newest:1', 'pages:post/1' ) ),
			array( array( 'posts_per_page' => 5, 'paged' => 4 ), array( 'list:post/newest:32', 'pages:post/5' ) ),
			array( array( 'posts_per_page' => 3, 'offset' => 2, 'no_found_rows' => true, 'fields' => 'ids' ), array( 'list:post/newest:8' ) ),
			array( array( 'posts_per_page' => 3, 'post__not_in' => array( 7, 8 ) ), array( 'list:post/newest:8', 'pages:post/1' ) ),
			array( array( 'post_type' => 'page', 'posts_per_page' => 4, 'order' => 'DESC' ), array( 'list:page/newest:4', 'pages:page/4' ) ),
			array( array( 'posts_per_page' => 4, 'post_status' => array( 'publish' ) ), array( 'list:post/newest:4', 'pages:post/4' ) ),
			array( array( 'posts_per_page' => 4, 'post_status' => array( 'publish', 'private' ) ), array( 'list:post', 'partial' ) ),
			array( array( 'posts_per_page' => 4, 'order' => 'ASC' ), array( 'list:post' ) ),
			array( array( 'posts_per_page' => 4, 'has_password' => false ), array( 'list:post' ) ),
			array( array( 'posts_per_page' => 1025 ), array( 'list:post' ) ),
			array( array( 'posts_per_page' => 101 ), array( 'list:post/newest:128', 'pages:post/1' ) ),
			array( array( 'posts_per_page' => -1 ), array( 'list:post' ) ),
			array( array( 'post_type' => array( 'post', 'page' ) ), array( 'list:page', 'list:post' ) ),
			array( array( 'post_type' => 'any', 'fields' => 'ids' ), array( 'list:any' ) ),
			array( array( 'cat' => $term ), array( "list:post/term:$term" ) ),
			array( array( 'category_name' => $slug ), array( "list:post/term:$term" ) ),
			array( array( 'category__not_in' => array( $term ) ), array( 'list:post', "list:post/term:$term" ) ),
			array( array( 'tax_query' => array( array( 'taxonomy' => 'category', 'field' => 'term_taxonomy_id', 'terms' => $tt ) ) ), array( "list:post/term:$term" ) ),
			array( array( 'tax_query' => array( 'relation' => 'OR', array( 'taxonomy' => 'category', 'terms' => $term ), array( 'taxonomy' => 'post_tag', 'terms' => $tag ) ) ), array( "list:post/term:$term", "list:post/term:$tag" ) ),
			array( array( 'cat' => $term, 'tag_id' => $tag, 'author' => 1 ), array( "list:post/term:$term" ) ),
			array( array( 'category_name' => 'none-such' ), array( 'list:post', 'terms:category' ) ),
			array( array( 'author' => 1 ), array( 'list:post/user:1' ) ),
			array( array( 'author_name' => $login ), array( 'list:post/user:1' ) ),
			array( array( 'author' => '-1' ), array( 'list:post', 'list:post/user:1' ) ),
			array( array( 'author_name' => 'none-such' ), array( 'list:post', 'users:all' ) ),
			array( array( 'year' => 2026 ), array( 'list:post/date:2026' ) ),
			array( array( 'm' => '202603' ), array( 'list:post/date:2026-03' ) ),
			array( array( 'year' => 2026, 'monthnum' => 3, 'day' => 5 ), array( 'list:post/date:2026-03-05' ) ),
			array( array( 'date_query' => array( array( 'year' => 2026, 'month' => 3 ) ) ), array( 'list:post/date:2026-03' ) ),
			array( array( 'date_query' => array( array( 'after' => '1 week ago' ) ) ), array( 'list:post' ) ),
			array( array( 'post_type' => 'page', 'post_parent' => 7 ), array( 'list:page/parent:7' ) ),
			array( array( 'post_type' => 'page', 'post_parent' => 0 ), array( 'list:page' ) ),
			array( array( 's' => 'words' ), array( 'list:any', 'list:any/search' ) ),
			array( array( 'orderby' => 'rand' ), array( 'list:post' ) ),
			array( array( 'orderby' => 'modified', 'posts_per_page' => 1 ), array( 'list:post', 'order:post/modified' ) ),
			array( array( 'orderby' => array( 'menu_order' => 'ASC', 'title' => 'ASC' ), 'posts_per_page' => 1 ), array( 'list:post', 'order:post/menu_order', 'order:post/title' ) ),
			array( array( 'orderby' => 'title', 'posts_per_page' => -1 ), array( 'list:post' ) ),
			array( array( 'orderby' => 'comment_count', 'posts_per_page' => -1 ), array( 'list:post', 'order:post/comment_count' ) ),
			array( array( 'meta_key' => 'price', 'orderby' => 'meta_value_num' ), array( 'list:post', 'order:post/meta' ) ),
			array( array( 'meta_query' => array( 'price' => array( 'key' => 'price', 'compare' => 'EXISTS' ) ), 'orderby' => 'price' ), array( 'list:post', 'order:post/meta' ) ),
			array( array( 'post_status' => 'future' ), array( 'list:post', 'partial' ) ),
			array( array( 'tax_query' => array( array( 'taxonomy' => 'category', 'operator' => 'EXISTS' ) ) ), array( 'list:post', 'partial' ) ),
			array( array( 'name' => 'none-such' ), array( 'slug:=none-such' ) ),
			array( array( 'post_name__in' => array( 'none-such' ) ), array( 'slug:=none-such' ) ),
			array( array( 'post_name__in' => array( 'none-such' ), 'cat' => $term ), array( "list:post/term:$term", 'slug:=none-such' ) ),
			array( array( 'pagename' => 'none/such' ), array( 'slug:=none', 'slug:=such' ) ),
		);
		$this->post( 'One.' );
		$this->post( 'Two.' );
		foreach ( $cases as list( $args, $wanted ) ) {
			sort( $wanted );
			self::assertSame( $wanted, $this->query( $args ), wp_json_encode( $args ) );
		}
	}

	public function test_asks_no_list_where_posts_are_named() {
		$post = $this->post( 'Words.' );
		foreach ( array( array( 'p' => $post ), array( 'post__in' => array( $post ), 'orderby' => 'title' ), array( 'name' => get_post( $post )->post_name ) ) as $args ) {
			self::assertSame( array(), $this->query( $args ), wp_json_encode( $args ) );
			self::assertContains( "post:$post", array_keys( Reads::$tags ) );
		}
		self::assertSame( array( 'post:999999' ), $this->recorded( static function () { get_posts( array( 'include' => 999999 ) ); }, 'post' ) );
	}

	public function test_forgets_nothing_that_a_query_was_asked_before() {
		$again = static function ( $args ) {
			return static function () use ( $args ) {
				$query = new \WP_Query( array( 'cat' => 1 ) );
				$query->query( $args );
			};
		};
		self::assertSame( array( 'list:post/term:1' ), $this->recorded( $again( array( 'cat' => 1 ) ) ) );
		self::assertContains( 'partial', $this->recorded( $again( array( 'author' => 1 ) ) ) );
	}

	public function test_knows_terms_users_and_comments_that_are_listed() {
		$post  = $this->post( 'Words.' );
		$term  = $this->term( 'category' );
		$cases = array(
			array( static function () { get_terms( array( 'taxonomy' => 'category', 'hide_empty' => false ) ); }, array( 'terms:category' ) ),
			array( static function () use ( $post ) { wp_get_object_terms( $post, 'category' ); }, array() ),
			array( static function () use ( $term ) { get_term_by( 'slug', get_term( $term )->slug, 'category' ); }, array() ),
			array( static function () { get_term_by( 'slug', 'none-such', 'category' ); }, array( 'terms:category' ) ),
			array( static function () { get_users(); }, array( 'users:all' ) ),
			array( static function () { get_users( array( 'include' => array( 1 ) ) ); }, array() ),
			array( static function () use ( $post ) { get_comments( array( 'post_id' => $post ) ); }, array( "comments:$post" ) ),
			array( static function () { get_comments( array( 'count' => true ) ); }, array( 'comments:all' ) ),
			array( static function () { get_lastpostmodified(); }, array( 'list:any', 'order:any/modified' ) ),
			array( static function () { wp_count_posts( 'page' ); }, array( 'list:page' ) ),
			array( static function () { wp_get_archives( array( 'echo' => false ) ); }, array( 'list:post' ) ),
			array( static function () { count_user_posts( 1 ); }, array( 'list:post/user:1' ) ),
			array( static function () use ( $term ) { get_objects_in_term( array( $term, 3 ), array( 'category', 'post_tag' ) ); }, array( 'list:post/term:3', "list:post/term:$term" ) ),
			array( static function () { get_page_by_path( 'none/such' ); }, array( 'slug:=none', 'slug:=such' ) ),
		);
		foreach ( $cases as $at => list( $does, $wanted ) ) {
			sort( $wanted );
			// Once from the database, once from the object cache.
			self::assertSame( $wanted, $this->recorded( $does ), "case $at" );
			self::assertSame( $wanted, $this->recorded( $does ), "case $at again" );
		}
	}

	public function test_sees_the_items_of_a_menu_and_what_they_lead_to() {
		$post = $this->post( 'Words.' );
		$menu = wp_create_nav_menu( 'Menu ' . wp_rand() );
		$item = wp_update_nav_menu_item( $menu, 0, array( 'menu-item-object-id' => $post, 'menu-item-object' => 'post', 'menu-item-type' => 'post_type', 'menu-item-status' => 'publish' ) );
		$does = static function () use ( $menu ) {
			wp_nav_menu( array( 'menu' => $menu, 'echo' => false ) );
		};
		$tags = $this->recorded( $does, 'post|term|list' );
		self::assertSame( array( "list:nav_menu_item/term:$menu", "post:$post", "post:$item", "term:$menu" ), array_values( array_intersect( array( "list:nav_menu_item/term:$menu", "post:$post", "post:$item", "term:$menu" ), $tags ) ) );
		wp_delete_nav_menu( $menu );
		self::assertSame( array( "list:nav_menu_item/term:$menu" ), $this->recorded( function () use ( $menu ) { apply_filters( 'wp_get_nav_menu_items', array(), (object) array( 'term_id' => $menu ), array() ); } ) );
	}

	public function test_sees_the_post_before() {
		$this->post( 'Earlier.' );
		$GLOBALS['post'] = get_post( $this->post( 'Later.' ) ); // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- as in a loop.
		$term            = $this->term( 'category' );
		wp_set_post_terms( $GLOBALS['post']->ID, array( $term ), 'category' );
		$here = $GLOBALS['post']->ID;
		self::assertSame( array( "near:$here", 'near:post' ), $this->recorded( 'get_previous_post' ) );
		add_filter( 'get_previous_post_sort', array( $this, 'sort_by_title' ) );
		self::assertSame( array( 'list:post' ), $this->recorded( 'get_previous_post' ) );
		remove_filter( 'get_previous_post_sort', array( $this, 'sort_by_title' ) );
		self::assertSame( array( 'list:post', "list:post/term:$term" ), $this->recorded( static function () { get_previous_post( true ); } ) );
		unset( $GLOBALS['post'] );
	}

	/**
	 * As plugins do that have posts in an order of their own.
	 */
	public function sort_by_title(): string {
		return 'ORDER BY p.post_title LIMIT 1';
	}

	public function test_has_no_page_numbers_of_a_query_that_only_lists_posts() {
		$show = static function ( string $block ) {
			return static function () use ( $block ) {
				new \WP_Query( apply_filters( 'query_loop_block_query_vars', array( 'posts_per_page' => 4 ), (object) array( 'name' => $block ), 1 ) );
				new \WP_Query( array( 'posts_per_page' => 2 ) );
			};
		};
		self::assertSame( array( 'list:post/newest:2', 'list:post/newest:4', 'pages:post/2' ), $this->recorded( $show( 'core/post-template' ) ) );
		self::assertSame( array( 'list:post/newest:2', 'list:post/newest:4', 'pages:post/2', 'pages:post/4' ), $this->recorded( $show( 'core/query-pagination-numbers' ) ) );
	}

	public function test_tells_sql_that_reads_only_tables_of_core() {
		global $wpdb;
		$p     = $wpdb->posts;
		$m     = $wpdb->postmeta;
		$core  = array( "SELECT 1 FROM $p", "SELECT 1 FROM `$p` p WHERE p.ID IN (SELECT post_id FROM $m)", "SELECT 1 FROM $p AS p LEFT JOIN $m m ON m.post_id = p.ID ORDER BY 1", "SELECT 1 FROM $p WHERE post_title = 'from orders, join me -- now'", "SELECT 1 FROM $p USE INDEX (PRIMARY) LIMIT 1" );
		$other = array( "SELECT 1 FROM $p p, orders o", "SELECT 1 FROM $p, orders", "SELECT 1 FROM (orders)", "SELECT 1 FROM $p STRAIGHT_JOIN orders", "SELECT 1 FROM/**/orders", "SELECT 1 FROM $p p JOIN (SELECT 1 FROM $m) x, orders", "SELECT 1 FROM $wpdb->options", "SELECT 1 FROM other.$p" );
		foreach ( $core as $sql ) {
			self::assertTrue( Statements::reads_only_core( $sql ), $sql );
		}
		foreach ( $other as $sql ) {
			self::assertFalse( Statements::reads_only_core( $sql ), $sql );
		}
	}

	public function test_knows_where_a_block_says_how_many_posts_there_are() {
		$does = static function () {
			new \WP_Query( array( 'posts_per_page' => 4 ) );
			Post_Window::filter_query_total( '' );
		};
		self::assertSame( array( 'list:post/newest:4', 'pages:post/1' ), $this->recorded( $does ) );
		Post_Window::$is_total_shown = false;
	}

	public function test_passes_all_on_to_the_object_cache() {
		$inner = new class() {
			public $groups = array( 'a' );
			private $hidden = 3;
			public function get( $key, $group = 'default', $force = false, &$found = null ) {
				$found = 'there' === $key;
				return $found ? 'value' : false;
			}
			public function __get( $name ) {
				return 'secret' === $name ? $this->hidden : null;
			}
			public function stats( $more ) {
				return "stats $more";
			}
		};
		$cache = new Watched_Cache( $inner );
		self::assertSame( 'value', $cache->get( 'there', 'x', false, $found ) );
		self::assertTrue( $found );
		self::assertFalse( $cache->get( 'not', 'x', false, $found ) );
		self::assertFalse( $found );
		self::assertSame( 'stats 1', $cache->stats( 1 ) );
		$cache->groups[] = 'b';
		self::assertSame( array( 'a', 'b' ), $inner->groups );
		self::assertSame( 3, $cache->secret );
		self::assertTrue( isset( $cache->groups ) );
		$cache->groups = array();
		self::assertSame( array(), $inner->groups );
		unset( $cache->groups );
		self::assertFalse( isset( $inner->groups ) );
	}

	public function test_takes_meta_of_a_plugins_own_objects_for_unknown() {
		self::assertSame( array(), $this->recorded( static function () { Cache_Key::read( 5, 'post_meta', array() ); } ) );
		self::assertSame( array( 'partial' ), $this->recorded( static function () { Cache_Key::read( 5, 'order_item_meta', false ); } ) );
	}

	public function test_folds_the_largest_classes_of_too_many_tags() {
		$tags = array( 'option:home' );
		for ( $id = 1; $id <= 400; $id++ ) {
			$tags[] = "post:$id";
			$tags[] = "b2.post:$id";
			$tags[] = "term:$id";
		}
		$folded = Page_Line::fold( $tags );
		self::assertLessThanOrEqual( Page_Line::TAGS, count( $folded ) );
		self::assertContains( 'option:home', $folded );
		self::assertContains( 'post:*', $folded );
		self::assertContains( 'b2.post:*', $folded );
		self::assertSame( array( 'post:1', 'term:1' ), Page_Line::fold( array( 'post:1', 'term:1' ) ) );
		$long = array();
		for ( $id = 100; $id < 600; $id++ ) {
			$long[] = 'option:' . $id . str_repeat( 'x', 110 );
		}
		self::assertSame( array( 'option:*' ), Page_Line::fold( $long ) );
	}

	public function test_spells_each_name_as_a_tag_may_be() {
		self::assertSame( 'option:theme_mods_x', Tag::of( 'option:', 'theme_mods_x' ) );
		self::assertSame( 'option:a%20b%C3%BC', Tag::of( 'option:', 'a bü' ) );
		$long = Tag::of( 'option:', str_repeat( 'x', 191 ) );
		self::assertSame( 120, strlen( $long ) );
		self::assertNotSame( $long, Tag::of( 'option:', str_repeat( 'x', 190 ) . 'y' ) );
	}

	public function test_leaves_out_options_that_say_nothing_about_pages() {
		foreach ( array( 'cron', 'rewrite_rules', '_transient_x', '_site_transient_timeout_x', 'auto_updater.lock', 'core_updater.lock' ) as $name ) {
			self::assertTrue( Volatile::is_option( $name ), $name );
		}
		foreach ( array( 'blogname', 'widget_block', 'sticky_posts', 'theme_mods_x', 'category_children', 'platen_assets' ) as $name ) {
			self::assertFalse( Volatile::is_option( $name ), $name );
		}
	}
}
