<?php
/**
 * Fills a WordPress with what a real site has. Run inside WordPress, any number of times: what is there already is left alone.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;
require_once ABSPATH . 'wp-admin/includes/image.php';
require_once ABSPATH . 'wp-admin/includes/file.php';
require_once ABSPATH . 'wp-admin/includes/media.php';

/** The id of a post of this type and name, or 0. */
function lab_find( $type, $name ) {
	$found = get_posts( array( 'post_type' => $type, 'name' => $name, 'post_status' => 'any', 'numberposts' => 1, 'fields' => 'ids' ) );
	return $found ? (int) $found[0] : 0;
}

/** Uploads a file as an editor would; WordPress makes all sizes. Gives the attachment's id. */
function lab_upload( $file ) {
	$name  = basename( $file );
	$known = lab_find( 'attachment', sanitize_title( pathinfo( $name, PATHINFO_FILENAME ) ) );
	if ( $known ) {
		return $known;
	}
	$upload = wp_upload_bits( $name, null, file_get_contents( $file ), '2026/03' ); // phpcs:ignore WordPress.WP.AlternativeFunctions
	if ( $upload['error'] ) {
		throw new RuntimeException( $upload['error'] );
	}
	$title = ucfirst( trim( preg_replace( '/[-\d]+/', ' ', pathinfo( $name, PATHINFO_FILENAME ) ) ) );
	$id    = wp_insert_attachment( array( 'post_title' => $title, 'post_name' => pathinfo( $name, PATHINFO_FILENAME ), 'post_mime_type' => $upload['type'], 'post_status' => 'inherit' ), $upload['file'], 0, true );
	wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $upload['file'] ) );
	update_post_meta( $id, '_wp_attachment_image_alt', $title );
	return $id;
}

/** An image block as the editor writes it. */
function lab_image_block( $id ) {
	return sprintf(
		"<!-- wp:image {\"id\":%d,\"sizeSlug\":\"large\",\"linkDestination\":\"none\"} -->\n<figure class=\"wp-block-image size-large\"><img src=\"%s\" alt=\"%s\" class=\"wp-image-%d\"/></figure>\n<!-- /wp:image -->",
		$id,
		esc_url( wp_get_attachment_image_url( $id, 'large' ) ),
		esc_attr( get_post_meta( $id, '_wp_attachment_image_alt', true ) ),
		$id
	);
}

/** Text as paragraph blocks, the rest after a "more" tag with a picture. */
function lab_post_content( $paragraphs, $index, $picture ) {
	$blocks = array();
	for ( $i = 0; $i < 4; $i++ ) {
		$blocks[] = "<!-- wp:paragraph -->\n<p>" . $paragraphs[ ( $index + $i ) % count( $paragraphs ) ] . "</p>\n<!-- /wp:paragraph -->";
	}
	array_splice( $blocks, 1, 0, array( "<!-- wp:more -->\n<!--more-->\n<!-- /wp:more -->", lab_image_block( $picture ) ) );
	return implode( "\n\n", $blocks );
}

/** The posts, with category, tags, featured image and, for the first ones, comments. */
function lab_seed_posts( $data, $pictures ) {
	foreach ( $data['posts'] as $index => $entry ) {
		list( $title, $category, $tags ) = $entry;
		if ( lab_find( 'post', sanitize_title( $title ) ) ) {
			continue;
		}
		$term = term_exists( $category, 'category' );
		$term = $term ? $term : wp_insert_term( $category, 'category' );
		$id   = wp_insert_post(
			array(
				'post_title'    => $title,
				'post_status'   => 'publish',
				'post_date'     => gmdate( 'Y-m-d H:i:s', strtotime( '2026-03-20 09:00:00' ) - $index * 3 * DAY_IN_SECONDS ),
				'post_author'   => 1,
				'post_category' => array( (int) $term['term_id'] ),
				'tags_input'    => $tags,
				'post_content'  => lab_post_content( $data['paragraphs'], $index, $pictures[ ( $index + 7 ) % count( $pictures ) ] ),
			),
			true
		);
		set_post_thumbnail( $id, $pictures[ $index % count( $pictures ) ] );
		if ( $index < 5 ) {
			lab_seed_comments( $id, $data['comments'] );
		}
	}
}

/** A short conversation below a post, each answering the one before. */
function lab_seed_comments( $post, $comments ) {
	$parent = 0;
	foreach ( $comments as $minute => $entry ) {
		$parent = wp_insert_comment(
			array(
				'comment_post_ID'      => $post,
				'comment_author'       => $entry[0],
				'comment_author_email' => strtolower( $entry[0] ) . '@example.test',
				'comment_content'      => $entry[1],
				'comment_parent'       => $parent,
				'comment_approved'     => 1,
				'comment_date'         => sprintf( '2026-03-21 10:%02d:00', $minute * 7 ),
			)
		);
	}
}

/** The pages, and a menu that leads to them: a classic one and a block theme's. */
function lab_seed_pages( $data ) {
	$links = '';
	$menu  = wp_get_nav_menu_object( 'Main' );
	$menu  = $menu ? $menu->term_id : wp_create_nav_menu( 'Main' );
	foreach ( $data['pages'] as $entry ) {
		list( $title, $text ) = $entry;
		if ( lab_find( 'page', sanitize_title( $title ) ) ) {
			continue;
		}
		$content = false === strpos( $text, '[' ) ? "<!-- wp:paragraph -->\n<p>$text</p>\n<!-- /wp:paragraph -->" : "<!-- wp:shortcode -->\n$text\n<!-- /wp:shortcode -->";
		$id      = wp_insert_post( array( 'post_type' => 'page', 'post_title' => $title, 'post_status' => 'publish', 'post_author' => 1, 'post_content' => $content ), true );
		wp_update_nav_menu_item( $menu, 0, array( 'menu-item-object-id' => $id, 'menu-item-object' => 'page', 'menu-item-type' => 'post_type', 'menu-item-status' => 'publish' ) );
		$links .= sprintf( '<!-- wp:navigation-link {"label":"%s","type":"page","id":%d,"url":"%s","kind":"post-type"} /-->', $title, $id, get_permalink( $id ) );
	}
	if ( $links ) {
		wp_insert_post( array( 'post_type' => 'wp_navigation', 'post_title' => 'Main', 'post_name' => 'main', 'post_status' => 'publish', 'post_content' => $links ) );
	}
}

/** Everything, from a folder of picture files; `$limit` bounds how many photographs are taken. */
function lab_seed( $folder, $limit ) {
	$data   = require __DIR__ . '/seed-data.php';
	$photos = glob( $folder . '/*-*.jpg' );
	// By the number at the end of the name: neighbours then show different things.
	usort(
		$photos,
		static function ( $a, $b ) {
			return (int) preg_replace( '/\D/', '', basename( $a ) ) - (int) preg_replace( '/\D/', '', basename( $b ) );
		}
	);
	$pictures = array_map( 'lab_upload', array_slice( $photos, 0, $limit ) );
	array_map( 'lab_upload', array( $folder . '/diagram.png', $folder . '/small.jpg' ) );
	foreach ( array( 'hello-world' => 'post', 'sample-page' => 'page' ) as $name => $type ) {
		$id = lab_find( $type, $name );
		$id && wp_delete_post( $id, true );
	}
	update_option( 'posts_per_page', 6 );
	lab_seed_posts( $data, $pictures );
	lab_seed_pages( $data );
	// What WordPress can work out again would carry this seed's address and time along.
	global $wpdb;
	$wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE '\\_transient\\_%' OR option_name LIKE '\\_site\\_transient\\_%'" );
	echo count( $pictures ), ' photographs, ', wp_count_posts()->publish, ' posts';
}
