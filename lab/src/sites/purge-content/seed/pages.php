<?php
/**
 * Pages, and the menus that lead to them.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

/** Pages by name; some list things of their own. Gives their ids. */
function lab_seed_pages() {
	$texts = array(
		'about'    => array( 'About', lab_paragraph( 'We walk, look and write it down.' ), '' ),
		'team'     => array( 'Team', lab_paragraph( 'Three people and a dog.' ), 'about' ),
		'history'  => array( 'History', lab_paragraph( 'Since 2009.' ), 'about' ),
		'contact'  => array( 'Contact', lab_paragraph( 'Write to us.' ), '' ),
		'imprint'  => array( 'Imprint', lab_paragraph( 'Responsible: the two of us.' ), 'contact' ),
		'latest'   => array( 'Latest', '<!-- wp:latest-posts {"postsToShow":7,"displayPostDate":true} /-->', '' ),
		'talk'     => array( 'Talk', '<!-- wp:latest-comments {"commentsToShow":5} /-->', '' ),
		'index'    => array( 'Index', '<!-- wp:categories {"showPostCounts":true,"showHierarchy":true} /--><!-- wp:tag-cloud /--><!-- wp:archives {"showPostCounts":true} /-->', '' ),
		'sitemap'  => array( 'Sitemap', '<!-- wp:page-list /-->', '' ),
		'craft'    => array( 'All about craft', lab_craft_list(), '' ),
		'offers'   => array( 'Offers', "<!-- wp:shortcode -->\n[lab_cheapest]\n<!-- /wp:shortcode -->", '' ),
		'in-stock' => array( 'In stock', "<!-- wp:shortcode -->\n[lab_in_stock]\n<!-- /wp:shortcode -->", '' ),
	);
	$ids = array();
	foreach ( $texts as $name => list( $title, $content, $parent ) ) {
		$ids[ $name ] = wp_insert_post( array( 'post_type' => 'page', 'post_title' => $title, 'post_name' => $name, 'post_status' => 'publish', 'post_author' => 1, 'post_date' => '2026-01-02 08:00:00', 'post_parent' => $parent ? $ids[ $parent ] : 0, 'post_content' => $content ), true );
	}
	return $ids;
}

/** A query block: the posts of one category. */
function lab_craft_list() {
	$query = sprintf( '{"queryId":1,"query":{"perPage":5,"postType":"post","order":"desc","orderBy":"date","inherit":false,"taxQuery":{"category":[%d]}}}', lab_term( 'craft' ) );
	return "<!-- wp:query $query -->\n<div class=\"wp-block-query\"><!-- wp:post-template -->\n<!-- wp:post-title {\"isLink\":true} /-->\n<!-- wp:post-author-name /-->\n<!-- /wp:post-template --></div>\n<!-- /wp:query -->";
}

/** A classic menu and a block theme's. */
function lab_seed_menu( $ids ) {
	$menu  = wp_create_nav_menu( 'Main' );
	$links = '';
	foreach ( array( 'about', 'contact', 'latest', 'index' ) as $name ) {
		wp_update_nav_menu_item( $menu, 0, array( 'menu-item-object-id' => $ids[ $name ], 'menu-item-object' => 'page', 'menu-item-type' => 'post_type', 'menu-item-status' => 'publish' ) );
		$links .= sprintf( '<!-- wp:navigation-link {"label":"%s","type":"page","id":%d,"url":"%s","kind":"post-type"} /-->', ucfirst( $name ), $ids[ $name ], get_permalink( $ids[ $name ] ) );
	}
	wp_update_nav_menu_item( $menu, 0, array( 'menu-item-object-id' => lab_term( 'craft' ), 'menu-item-object' => 'category', 'menu-item-type' => 'taxonomy', 'menu-item-status' => 'publish' ) );
	wp_insert_post( array( 'post_type' => 'wp_navigation', 'post_title' => 'Main', 'post_name' => 'main', 'post_status' => 'publish', 'post_content' => $links ) );
	update_option( 'theme_mods_lab-classic', array( 'nav_menu_locations' => array( 'main' => $menu ) ) );
}
