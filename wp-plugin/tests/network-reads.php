<?php
/**
 * Makes a second blog in the network, reads both, and prints the tags of what it read.
 *
 * @package Platen
 */

use Platen\Record\Queries;
use Platen\Record\Reads;
use Platen\Record\Tag;
use Platen\Record\Watched_Cache;

require __DIR__ . '/network.php';

require ABSPATH . 'wp-settings.php';
require dirname( __DIR__ ) . '/autoload.php';

$platen_blog = wp_insert_site( array( 'domain' => 'network.example', 'path' => '/two/', 'title' => 'Two', 'user_id' => 1 ) );
switch_to_blog( $platen_blog );
get_posts( array( 'category_name' => 'uncategorized' ) );
restore_current_blog();

// As hooks.php does it for visitors.
Reads::$prefix              = Tag::prefix( get_current_blog_id() );
$GLOBALS['wp_object_cache'] = new Watched_Cache( $GLOBALS['wp_object_cache'] );
add_filter( 'pre_option', array( Reads::class, 'filter_pre_option' ), PHP_INT_MAX, 2 );
add_action( 'switch_blog', array( Reads::class, 'action_switch_blog' ), PHP_INT_MIN );
add_action( 'switch_blog', array( Watched_Cache::class, 'action_switch_blog' ), PHP_INT_MIN );
add_action( 'pre_get_posts', array( Queries::class, 'action_pre_get_posts' ), PHP_INT_MAX );

get_post( 1 );
get_posts( array( 'author' => 1 ) );
switch_to_blog( $platen_blog );
get_post( 1 );
get_option( 'blogname' );
get_posts( array( 'category_name' => 'uncategorized' ) );
restore_current_blog();
get_post( 2 );

Queries::settle();
Reads::settle_options();
echo wp_json_encode( array( array_keys( Reads::$tags ), Reads::$partial ) );
