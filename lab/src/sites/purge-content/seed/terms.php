<?php
/**
 * The forty terms.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

/** Sixteen categories, twelve of them below four others, and 24 tags; by taxonomy, their ids. */
function lab_seed_terms() {
	$categories = array();
	$tops       = array();
	foreach ( array( 'Journeys', 'Craft', 'Thoughts', 'Letters' ) as $name ) {
		$tops[ $name ] = wp_insert_term( $name, 'category', array( 'description' => "All about $name." ) )['term_id'];
		$categories[]  = $tops[ $name ];
	}
	foreach ( $tops as $name => $parent ) {
		foreach ( array( 'North', 'South', 'Abroad' ) as $below ) {
			$categories[] = wp_insert_term( "$name $below", 'category', array( 'parent' => $parent ) )['term_id'];
		}
	}
	$tags = array();
	for ( $i = 1; $i <= 24; $i++ ) {
		$tags[] = wp_insert_term( "Tag $i", 'post_tag' )['term_id'];
	}
	return array( 'category' => $categories, 'post_tag' => $tags );
}
