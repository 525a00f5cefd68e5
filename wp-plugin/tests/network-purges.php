<?php
/**
 * Makes blogs in folders of the network and on a host of its own, and prints what is everything to the owner of each.
 *
 * @package Platen
 */

use Platen\Purge\Blog;

require __DIR__ . '/network.php';
require ABSPATH . 'wp-settings.php';
require dirname( __DIR__ ) . '/autoload.php';

$platen_within = array( 'before' => Blog::within() );
foreach ( array( '/two/', '/two/deep/', '/twofold/' ) as $platen_path ) {
	$platen_blogs[ $platen_path ] = wp_insert_site( array( 'domain' => 'network.example', 'path' => $platen_path, 'title' => 'Blog', 'user_id' => 1 ) );
}
$platen_blogs['host'] = wp_insert_site( array( 'domain' => 'two.example', 'path' => '/', 'title' => 'Blog', 'user_id' => 1 ) );

$platen_within['main'] = Blog::within();
foreach ( $platen_blogs as $platen_name => $platen_blog ) {
	switch_to_blog( $platen_blog );
	$platen_within[ $platen_name ] = Blog::within();
	restore_current_blog();
}
for ( $platen_blog = 0; $platen_blog < Blog::MOST_OTHERS; $platen_blog++ ) {
	// Without the tables of a blog, which take a while to be made.
	$wpdb->insert( $wpdb->blogs, array( 'domain' => 'network.example', 'path' => "/$platen_blog/", 'site_id' => 1 ) );
}
wp_cache_set_sites_last_changed();
$platen_within['many'] = Blog::within();
echo wp_json_encode( $platen_within );
