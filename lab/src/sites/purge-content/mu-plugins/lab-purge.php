<?php
/**
 * What the bench of purging needs to know of each page, and names for what the seed made. Fixture of Platen's lab.
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

// Two renders of a page have two such times, so that anybody can tell whether a kept copy is still the same.
header( 'X-Lab-Made: ' . microtime( true ) );

// Behind the uncached door the site is without the plugin: what is seen there is not its doing, and it doesn't learn of being looked at.
if ( isset( $_SERVER['LAB_UNCACHED'] ) ) {
	add_filter(
		'option_active_plugins',
		static function ( $plugins ) {
			return array_values( array_filter( (array) $plugins, static fn( $file ) => 0 !== strpos( $file, 'platen/' ) ) );
		}
	);
}

// … so what the plugin adds to the list of routes is left out everywhere.
add_filter(
	'rest_index',
	static function ( $response ) {
		$data               = $response->get_data();
		$data['namespaces'] = array_values( array_filter( $data['namespaces'], static fn( $name ) => 0 !== strpos( $name, 'platen' ) ) );
		$data['routes']     = array_filter( $data['routes'], static fn( $route ) => 0 !== strpos( $route, '/platen' ), ARRAY_FILTER_USE_KEY );
		$response->set_data( $data );
		return $response;
	}
);

// The number of queries is known when all is done: the buffer that begins first ends last, after every shutdown hook.
if ( isset( $_SERVER['HTTP_X_LAB_COUNT'] ) ) {
	remove_action( 'shutdown', 'wp_ob_end_flush_all', 1 );
	add_action( 'init', static fn() => remove_action( 'shutdown', 'wp_ob_end_flush_all', 1 ) );
	ob_start(
		static function ( $page ) {
			header( 'X-Lab-Queries: ' . get_num_queries() );
			return $page;
		}
	);
}

// Lab's sites are not on HTTPS.
add_filter( 'wp_is_application_passwords_available', '__return_true' );

/** The id of a post of the seed, by its first name. */
function lab_post( $name, $type = 'post' ) {
	global $wpdb;
	$id = (int) $wpdb->get_var( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_name = %s AND post_type = %s AND post_status <> 'trash'", $name, $type ) );
	if ( ! $id ) {
		throw new RuntimeException( "The site has no $type '$name'" );
	}
	return $id;
}

/** The id of a term of the seed. */
function lab_term( $slug, $taxonomy = 'category' ) {
	$term = get_term_by( 'slug', $slug, $taxonomy );
	if ( ! $term ) {
		throw new RuntimeException( "The site has no $taxonomy '$slug'" );
	}
	return $term->term_id;
}

/** Throws where WordPress says that it did not work. */
function lab_done( $result ) {
	if ( is_wp_error( $result ) ) {
		throw new RuntimeException( $result->get_error_message() );
	}
	if ( ! $result ) {
		throw new RuntimeException( 'WordPress changed nothing' );
	}
	return $result;
}
