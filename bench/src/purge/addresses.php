<?php
/**
 * Prints the paths of the site's pages as JSON. Run inside WordPress by addresses.ts.
 *
 * @package platen-bench
 */

$lab_paths = array( '/', '/robots.txt', '/nope/', '/story-9999/', '/wp-json/', '/feed/', '/feed/atom/', '/comments/feed/', '/?utm_source=letter', '/story-1/?utm_source=letter' );
$lab_add   = static function ( ...$paths ) use ( &$lab_paths ) {
	foreach ( $paths as $path ) {
		$lab_paths[] = str_replace( home_url(), '', $path );
	}
};
$lab_pages = static function ( $path, array $numbers ) use ( $lab_add ) {
	$lab_add( $path );
	foreach ( $numbers as $number ) {
		$lab_add( trailingslashit( $path ) . "page/$number/" );
	}
};
$lab_rest  = static function ( ...$routes ) use ( $lab_add ) {
	foreach ( $routes as $route ) {
		$lab_add( "/wp-json/wp/v2/$route" );
	}
};

$lab_pages( '/', array( 2, 3, 4, 5, 6, 10, 20, 25, 30, 40, 50, 51 ) );
foreach ( array_merge( range( 1, 80 ), range( 100, 500, 20 ) ) as $lab_i ) {
	$lab_add( "/story-$lab_i/" );
}
// What is not there yet, no more, or not for everybody: nobody must go on seeing that.
$lab_add( '/tomorrow/', '/secret/', '/guarded/', '/unfinished/', '/present-name/', '/former-name/', '/quoting/', '/a-new-story/', '/a-scheduled-story/', '/story-14-renamed/', '/a-new-page/', '/product/a-new-product/', '/about/imprint/' );
foreach ( get_pages() as $lab_page ) {
	$lab_add( get_permalink( $lab_page ) );
}
foreach ( get_terms( array( 'taxonomy' => 'category', 'hide_empty' => false ) ) as $lab_term ) {
	$lab_pages( get_term_link( $lab_term ), $lab_term->parent ? array( 2 ) : array( 2, 3 ) );
}
foreach ( get_terms( array( 'taxonomy' => 'post_tag', 'hide_empty' => false ) ) as $lab_term ) {
	$lab_pages( get_term_link( $lab_term ), 'tag-1' === $lab_term->slug ? array( 2 ) : array() );
}
$lab_add( '/category/thinking/', '/category/thinking/thoughts-north/', '/category/craft/letters-north/', '/category/a-new-category/' );
foreach ( array( 'admin', 'mara', 'jonas' ) as $lab_name ) {
	$lab_pages( get_author_posts_url( get_user_by( 'login', $lab_name )->ID ), array( 2, 3 ) );
	$lab_add( "/author/$lab_name/feed/" );
}
foreach ( array( '2025/', '2025/07/', '2025/12/', '2026/', '2026/01/', '2026/02/', '2026/03/', '2026/03/19/', '2026/03/18/', '2026/03/16/', '2025/12/01/' ) as $lab_date ) {
	$lab_pages( "/$lab_date", strlen( $lab_date ) < 9 ? array( 2 ) : array() );
}
$lab_add( gmdate( '/Y/' ), gmdate( '/Y/m/' ), gmdate( '/Y/m/d/' ) );
$lab_pages( '/products/', array( 2, 3, 6 ) );
foreach ( range( 1, 40 ) as $lab_i ) {
	$lab_add( "/product/product-$lab_i/" );
}
foreach ( range( 1, 6 ) as $lab_i ) {
	$lab_add( "/story-$lab_i/feed/", "/story-$lab_i/embed/", '/wp-json/oembed/1.0/embed?url=' . rawurlencode( home_url( "/story-$lab_i/" ) ) );
	$lab_rest( 'posts/' . lab_post( "story-$lab_i" ), 'comments?post=' . lab_post( "story-$lab_i" ), "posts?slug=story-$lab_i", 'product/' . lab_post( "product-$lab_i", 'product' ) );
}
$lab_add( '/category/craft/feed/', '/category/thoughts/feed/', '/tag/tag-1/feed/', '/products/feed/', '/search/morning/feed/rss2/' );
$lab_rest( 'posts', 'posts?page=2', 'posts?page=3', 'posts?per_page=50', 'posts?orderby=title', 'posts?orderby=modified', 'posts?author=2', 'posts?search=morning', 'posts?sticky=true', 'posts?categories=' . lab_term( 'craft' ), 'posts?tags=' . lab_term( 'tag-1', 'post_tag' ), 'pages', 'pages/' . lab_post( 'about', 'page' ), 'categories', 'categories?page=2', 'categories/' . lab_term( 'craft' ), 'tags', 'tags/' . lab_term( 'tag-1', 'post_tag' ), 'users', 'users/2', 'comments', 'comments?page=2', 'media', 'media/' . lab_post( 'harbour', 'attachment' ), 'search?search=story', 'search?search=craft&type=term', 'types', 'types/product', 'taxonomies', 'statuses', 'product', 'product?page=2' );
$lab_add( '/wp-sitemap.xml' );
foreach ( array( 'posts-post', 'posts-page', 'posts-product', 'taxonomies-category', 'taxonomies-post_tag', 'users' ) as $lab_map ) {
	$lab_add( "/wp-sitemap-$lab_map-1.xml" );
}
$lab_add( '/?s=morning', '/?s=story+7', '/?s=product', '/?s=nothing+like+it', '/search/gate/', '/?author=2', '/?cat=' . lab_term( 'craft' ), '/?m=202603', '/?post_type=product' );
// As some write them: raw, or with another case of the same code.
$lab_add( "/?s=it's", '/?s=it%27s', '/?s=café', '/?s=caf%C3%A9', '/?s=caf%c3%a9', '/café/', '/story-7', '/story-7/?b=2&a=1' );
$lab_add( '/type/aside/', '/type/aside/feed/' );
$lab_add( '/harbour/', '/orchard/', '/station/', '/unused/' );
foreach ( array( 1, 7, 100 ) as $lab_i ) {
	$lab_add( '/?p=' . lab_post( "story-$lab_i" ) );
}
echo wp_json_encode( array_values( array_unique( $lab_paths ) ) );
