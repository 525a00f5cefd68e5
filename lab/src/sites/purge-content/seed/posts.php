<?php
/**
 * Posts, products and comments.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

/** A paragraph as the block editor writes it. */
function lab_paragraph( $text ) {
	return "<!-- wp:paragraph -->\n<p>$text</p>\n<!-- /wp:paragraph -->";
}

/** A moment so many half days before the site's last. */
function lab_half_days_ago( $count ) {
	return gmdate( 'Y-m-d H:i:s', strtotime( '2026-03-20 09:00:00' ) - $count * 12 * HOUR_IN_SECONDS );
}

/** Posts story-1, the newest, to story-500. */
function lab_seed_posts( $terms, $pictures ) {
	for ( $i = 1; $i <= 500; $i++ ) {
		$id = wp_insert_post(
			array(
				'post_title'    => "Story $i",
				'post_name'     => "story-$i",
				'post_status'   => 'publish',
				'post_date'     => lab_half_days_ago( $i ),
				'post_author'   => 1 + $i % 3,
				'post_category' => array( $terms['category'][ $i % 16 ] ),
				'tags_input'    => array( $terms['post_tag'][ $i % 24 ], $terms['post_tag'][ ( $i * 7 ) % 24 ] ),
				'post_excerpt'  => 0 === $i % 4 ? "Story $i in short." : '',
				'post_content'  => lab_paragraph( "This is story $i, and it begins early in the morning." ) . "\n\n" . lab_paragraph( 'If you go there yourself, close the gate.' ),
			),
			true
		);
		if ( 0 === $i % 50 ) {
			set_post_format( $id, 'aside' );
		}
		if ( 0 === $i % 5 ) {
			set_post_thumbnail( $id, $pictures[ $i % 3 ] );
		}
	}
	stick_post( lab_post( 'story-3' ) );
	stick_post( lab_post( 'story-200' ) );
}

/** Those that are not simply there: scheduled, private, with a password, renamed, a draft, and one that shows another. */
function lab_seed_odd_posts() {
	$post = static function ( $name, array $more ) {
		return wp_insert_post( $more + array( 'post_title' => ucfirst( $name ), 'post_name' => $name, 'post_status' => 'publish', 'post_author' => 1, 'post_date' => '2026-02-01 07:00:00', 'post_content' => lab_paragraph( "What $name says." ) ), true );
	};
	$post( 'tomorrow', array( 'post_status' => 'future', 'post_date' => '2037-01-01 09:00:00' ) );
	$post( 'secret', array( 'post_status' => 'private' ) );
	$post( 'guarded', array( 'post_password' => 'open' ) );
	$post( 'unfinished', array( 'post_status' => 'draft' ) );
	$moved = $post( 'former-name', array() );
	wp_update_post( array( 'ID' => $moved, 'post_name' => 'present-name' ) );
	$url = get_permalink( lab_post( 'story-31' ) );
	$post( 'quoting', array( 'post_content' => "<!-- wp:embed {\"url\":\"$url\",\"type\":\"wp-embed\"} -->\n<figure class=\"wp-block-embed\"><div class=\"wp-block-embed__wrapper\">\n$url\n</div></figure>\n<!-- /wp:embed -->" ) );
}

/** Products product-1 to product-60. */
function lab_seed_products( $pictures ) {
	for ( $i = 1; $i <= 60; $i++ ) {
		$id = wp_insert_post(
			array(
				'post_type'    => 'product',
				'post_title'   => "Product $i",
				'post_name'    => "product-$i",
				'post_status'  => 'publish',
				'post_date'    => lab_half_days_ago( $i * 3 ),
				'post_author'  => 1,
				'post_content' => lab_paragraph( "What product $i is good for." ),
			),
			true
		);
		update_post_meta( $id, 'price', 10 + ( $i * 37 ) % 90 );
		update_post_meta( $id, 'stock', ( $i * 13 ) % 20 );
		if ( 0 === $i % 3 ) {
			set_post_thumbnail( $id, $pictures[ $i % 2 ] );
		}
	}
}

/** Three comments below each of the first forty, and a fourth that waits below each of the first ten. */
function lab_seed_comments() {
	for ( $i = 1; $i <= 40; $i++ ) {
		foreach ( array( 'Mara', 'Ines', 'Tom', 'Waiting' ) as $minute => $author ) {
			if ( 'Waiting' === $author && $i > 10 ) {
				continue;
			}
			wp_insert_comment(
				array(
					'comment_post_ID'      => lab_post( "story-$i" ),
					'comment_author'       => $author,
					'comment_author_email' => strtolower( $author ) . '@example.test',
					'comment_content'      => "$author on story $i.",
					'comment_approved'     => 'Waiting' === $author ? 0 : 1,
					'comment_date'         => sprintf( '2026-03-21 %02d:%02d:00', 10 + ( 40 - $i ) / 4, 10 * $minute + $i % 4 ),
				)
			);
		}
	}
}
