<?php
/**
 * Fills a WordPress with all that a page can be made of. Run once, inside an empty one.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;
require_once ABSPATH . 'wp-admin/includes/image.php';
require_once ABSPATH . 'wp-admin/includes/user.php';
require_once __DIR__ . '/posts.php';
require_once __DIR__ . '/terms.php';
require_once __DIR__ . '/pages.php';
require_once __DIR__ . '/looks.php';

/** Everything. */
function lab_purge_seed() {
	wp_defer_term_counting( true );
	wp_defer_comment_counting( true );
	foreach ( array( 'hello-world' => 'post', 'sample-page' => 'page' ) as $name => $type ) {
		wp_delete_post( lab_post( $name, $type ), true );
	}
	update_option( 'wp_attachment_pages_enabled', 1 );
	// Posts that mention each other would write comments below each other at the first visit.
	update_option( 'default_pingback_flag', 0 );
	lab_seed_authors();
	$terms    = lab_seed_terms();
	$pictures = array_map( 'lab_seed_picture', array( 'harbour', 'orchard', 'station', 'unused' ) );
	lab_seed_posts( $terms, $pictures );
	lab_seed_odd_posts();
	lab_seed_products( $pictures );
	lab_seed_comments();
	wp_defer_term_counting( false );
	wp_defer_comment_counting( false );
	lab_seed_menu( lab_seed_pages() );
	lab_seed_widgets();
	wp_unschedule_hook( 'do_pings' );
	// What WordPress can work out again would carry this seed's address and time along.
	global $wpdb;
	$wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE '\\_transient\\_%' OR option_name LIKE '\\_site\\_transient\\_%'" );
	echo wp_count_posts()->publish, ' posts';
}

/** Two more who write, beside the administrator. */
function lab_seed_authors() {
	foreach ( array( 'mara' => 'author', 'jonas' => 'editor' ) as $name => $role ) {
		wp_insert_user( array( 'user_login' => $name, 'user_pass' => wp_generate_password(), 'user_email' => "$name@example.test", 'display_name' => ucfirst( $name ), 'role' => $role, 'description' => "What $name writes." ) );
	}
}

/** A picture of one colour, uploaded; gives the attachment's id. */
function lab_seed_picture( $name ) {
	$image = imagecreatetruecolor( 480, 320 );
	imagefill( $image, 0, 0, imagecolorallocate( $image, crc32( $name ) % 256, 101, 138 ) );
	ob_start();
	imagepng( $image );
	$upload = wp_upload_bits( "$name.png", null, ob_get_clean(), '2026/03' );
	if ( $upload['error'] ) {
		throw new RuntimeException( $upload['error'] );
	}
	$id = wp_insert_attachment( array( 'post_title' => ucfirst( $name ), 'post_name' => $name, 'post_mime_type' => 'image/png', 'post_status' => 'inherit', 'post_date' => '2026-03-01 09:00:00' ), $upload['file'], 0, true );
	wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $upload['file'] ) );
	update_post_meta( $id, '_wp_attachment_image_alt', "The $name" );
	return $id;
}
