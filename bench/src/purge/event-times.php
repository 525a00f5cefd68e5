<?php
/**
 * Notes when a change of a post was made: from then on every other request gets the new one. Put among the site's plugins by freshness.ts.
 *
 * @package platen-bench
 */

add_action(
	'clean_post_cache',
	static function ( $id, $post ) {
		static $noted = false;
		if ( ! $noted && 'post' === $post->post_type ) {
			$noted = true;
			file_put_contents( dirname( ABSPATH ) . '/tmp/event-times', sprintf( "%.3F\n", 1000 * microtime( true ) ), FILE_APPEND );
		}
	},
	PHP_INT_MIN,
	2
);
