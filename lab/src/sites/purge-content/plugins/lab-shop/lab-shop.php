<?php
/**
 * Plugin Name: Lab Shop
 * Description: Products with a price and a stock, as shops have them. Fixture of Platen's lab.
 * Version: 1.0.0
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'init',
	static function () {
		register_post_type(
			'product',
			array(
				'label'        => 'Products',
				'public'       => true,
				'has_archive'  => 'products',
				'rewrite'      => array( 'slug' => 'product' ),
				'show_in_rest' => true,
				'supports'     => array( 'title', 'editor', 'excerpt', 'thumbnail', 'custom-fields' ),
			)
		);
		foreach ( array( 'price', 'stock' ) as $key ) {
			register_post_meta( 'product', $key, array( 'type' => 'number', 'single' => true, 'show_in_rest' => true ) );
		}
		register_term_meta( 'category', 'colour', array( 'type' => 'string', 'single' => true, 'show_in_rest' => true ) );
	}
);

/** The line that a shop prints below each product, in the archive as well. */
function lab_shop_offer( $text ) {
	if ( 'product' !== get_post_type() ) {
		return $text;
	}
	$offer = sprintf( '%s €, %d left', get_post_meta( get_the_ID(), 'price', true ), get_post_meta( get_the_ID(), 'stock', true ) );
	return $text . ' <p class="offer">' . esc_html( $offer ) . '</p>';
}
add_filter( 'the_content', 'lab_shop_offer', 20 );
add_filter( 'get_the_excerpt', 'lab_shop_offer', 20 );

// The colour of a category stands above its archive.
add_filter(
	'get_the_archive_title',
	static function ( $title ) {
		$colour = is_category() ? get_term_meta( get_queried_object_id(), 'colour', true ) : '';
		return $colour ? $title . ' (' . esc_html( $colour ) . ')' : $title;
	}
);

// What themes and page builders do: a list of a plugin's own, with a query of its own.
add_shortcode(
	'lab_cheapest',
	static function () {
		$products = get_posts( array( 'post_type' => 'product', 'numberposts' => 5, 'meta_key' => 'price', 'orderby' => 'meta_value_num', 'order' => 'ASC' ) );
		$items    = array_map(
			static function ( $product ) {
				return '<li>' . esc_html( $product->post_title ) . ': ' . esc_html( get_post_meta( $product->ID, 'price', true ) ) . '</li>';
			},
			$products
		);
		return '<ol>' . implode( '', $items ) . '</ol>';
	}
);

// … and one that asks the database itself.
add_shortcode(
	'lab_in_stock',
	static function () {
		global $wpdb;
		return '<p>In stock: ' . (int) $wpdb->get_var( "SELECT COALESCE( SUM( meta_value ), 0 ) FROM $wpdb->postmeta WHERE meta_key = 'stock'" ) . '</p>';
	}
);
