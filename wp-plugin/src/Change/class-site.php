<?php
/**
 * Changes of a whole site.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * What may be seen on every page: other code, other translations, other addresses.
 */
final class Site {
	/** Options that every page of a blog reads: in a network, they stand for all pages of one blog. */
	const READ_BY_ALL = array( 'home', 'siteurl', 'template', 'stylesheet' );

	/**
	 * Every page may be another one.
	 *
	 * @param string $event   What happened.
	 * @param string $name    Of what it happened to.
	 * @param bool   $network Whether other blogs of the network are meant as well.
	 */
	public static function everything( string $event, string $name = '', bool $network = false ) {
		$change = Request::change();
		$change->say( $event, $name );
		if ( $network || ! is_multisite() ) {
			$change->everything = true;
		} else {
			foreach ( self::READ_BY_ALL as $option ) {
				$change->tags( array( Tag::of( 'option', $option ) ) );
			}
			Site_Rules::anywhere( $change );
		}
		Request::noted();
	}

	/**
	 * WordPress, plugins, themes or translations were updated. Plugins and themes that aren't used change nothing.
	 *
	 * @param \WP_Upgrader $upgrader Not needed.
	 * @param array        $done     What was done.
	 */
	public static function action_upgrader_process_complete( $upgrader, $done ) {
		$type  = $done['type'] ?? '';
		$words = array(
			'core'        => 'core',
			'translation' => 'translations',
			'plugin'      => 'code',
			'theme'       => 'code',
		);
		if ( isset( $words[ $type ] ) && self::is_used( $type, (array) $done ) ) {
			// Translations are PHP too, since WordPress 6.5.
			self::code( $words[ $type ] );
		}
	}

	/**
	 * A file of a plugin or theme will be saved in the editor; WordPress says nothing afterwards.
	 */
	public static function action_edit_file() {
		self::code( 'code' );
	}

	/**
	 * Files of PHP changed, for all blogs.
	 *
	 * @param string $event What happened.
	 */
	private static function code( string $event ) {
		Request::change()->code = true;
		self::everything( $event, '', true );
	}

	/**
	 * A link of the blogroll changed.
	 */
	public static function action_link() {
		Request::change()->say( 'links' );
		Site_Rules::anywhere( Request::change() );
		Request::noted();
	}

	/**
	 * A blog of the network was archived, deleted, made private or the like.
	 *
	 * @param \WP_Site $site   The blog.
	 * @param \WP_Site $before As it was.
	 */
	public static function action_wp_update_site( $site, $before ) {
		foreach ( array( 'domain', 'path', 'public', 'archived', 'mature', 'spam', 'deleted' ) as $field ) {
			if ( $site->$field !== $before->$field ) {
				self::of_blog( (int) $site->id );
				return;
			}
		}
	}

	/**
	 * A blog of the network was deleted.
	 */
	public static function action_wp_delete_site() {
		self::everything( 'network', '', true );
	}

	/**
	 * Every page of one blog.
	 *
	 * @param int $blog Id of the blog.
	 */
	private static function of_blog( int $blog ) {
		switch_to_blog( $blog );
		self::everything( 'network' );
		restore_current_blog();
	}

	/**
	 * Whether what was updated is in use.
	 *
	 * @param string $type Of what was updated.
	 * @param array  $done As the upgrader says it.
	 */
	private static function is_used( string $type, array $done ): bool {
		if ( is_multisite() || ! in_array( $type, array( 'plugin', 'theme' ), true ) ) {
			return true;
		}
		$used  = 'plugin' === $type ? (array) get_option( 'active_plugins', array() ) : array( get_template(), get_stylesheet() );
		$names = array_merge( (array) ( $done[ $type . 's' ] ?? array() ), (array) ( $done[ $type ] ?? array() ) );
		return array() !== array_intersect( $used, $names );
	}
}
