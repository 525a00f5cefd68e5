<?php
/**
 * What a query of users depends on.
 *
 * @package Platen
 */

namespace Platen\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Users by id, or a list.
 */
final class User_Query {
	/**
	 * Notes its tags.
	 *
	 * @param array $vars Its variables, as WordPress left them.
	 */
	public static function note( array $vars ) {
		if ( empty( $vars['include'] ) ) {
			Reads::note( 'users', 'all' );
			return;
		}
		foreach ( wp_parse_id_list( $vars['include'] ) as $id ) {
			Reads::note( 'user', $id );
		}
	}
}
