<?php
/**
 * The entries in the admin bar.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * “Purge this page” on the page that is looked at, and “Purge everything”. Both are links to the form of Screen, so that they work
 * without JavaScript; src-js/purge.js does what they say without leaving the page. Visitors have no admin bar, so nothing of this
 * runs for them.
 */
final class Bar {
	/** Name of script and style. */
	const HANDLE = 'platen-purge';

	/**
	 * Enqueues script and style. WordPress calls this only where it shows the bar.
	 */
	public static function action_admin_bar_init() {
		if ( ! Permission::everything() && ! Permission::page() && ! current_user_can( 'edit_posts' ) ) {
			return;
		}
		wp_enqueue_style( self::HANDLE, plugins_url( 'src-js/purge.css', PLATEN_FILE ), array(), PLATEN_VERSION );
		wp_enqueue_script( self::HANDLE, plugins_url( 'src-js/purge.js', PLATEN_FILE ), array(), PLATEN_VERSION, true );
		wp_add_inline_script( self::HANDLE, 'window.platenPurge = ' . wp_json_encode( self::settings(), JSON_HEX_TAG | JSON_HEX_AMP ) . ';', 'before' );
	}

	/**
	 * What the script has to know. Its few words come along, so that no page of the front end loads WordPress's translations.
	 */
	private static function settings(): array {
		return array(
			'root'   => esc_url_raw( rest_url( 'platen/v1/purge' ) ),
			'nonce'  => wp_create_nonce( 'wp_rest' ),
			'asking' => __( 'Asking for the purge…', 'platen' ),
			'lost'   => __( 'The site does not answer. The purge may go on; look again in a minute.', 'platen' ),
			'close'  => __( 'Close', 'platen' ),
			'title'  => __( 'Cache purge', 'platen' ),
		);
	}

	/**
	 * Adds the entries.
	 *
	 * @param \WP_Admin_Bar $bar The admin bar.
	 */
	public static function action_admin_bar_menu( $bar ) {
		$url   = self::url();
		$items = array();
		if ( '' !== $url ) {
			$items[] = array( 'page', __( 'Purge this page', 'platen' ), Screen::link( $url ) );
		}
		if ( Permission::everything() ) {
			$items[] = array( 'everything', __( 'Purge everything', 'platen' ), Screen::link( $url, 'everything' ) );
		}
		if ( ! $items ) {
			return;
		}
		$icon = '<span class="ab-icon dashicons dashicons-update" aria-hidden="true"></span>';
		$bar->add_node(
			array(
				'id'    => 'platen-purge',
				'title' => $icon . '<span class="ab-label">' . esc_html__( 'Purge', 'platen' ) . '</span>',
				'href'  => Screen::link( $url ),
			)
		);
		foreach ( $items as list( $id, $title, $href ) ) {
			$bar->add_node(
				array(
					'id'     => 'platen-purge-' . $id,
					'parent' => 'platen-purge',
					'title'  => esc_html( $title ),
					'href'   => $href,
				)
			);
		}
	}

	/**
	 * Prints the dialog that asks why everything is to be purged.
	 */
	public static function action_wp_after_admin_bar_render() {
		if ( Permission::everything() ) {
			echo '<dialog id="platen-purge-dialog" class="platen-purge-dialog" aria-labelledby="platen-purge-title">';
			Form::everything( true );
			echo '</dialog>';
		}
	}

	/**
	 * The address of the page that is looked at, or of the post that is edited, where the present user may purge it; else ''.
	 */
	private static function url(): string {
		if ( is_admin() ) {
			$screen = get_current_screen();
			$post   = $screen && 'post' === $screen->base ? get_post() : null;
			$url    = $post && Permission::page( $post->ID ) ? Address::of_post( $post->ID ) : '';
		} elseif ( is_singular() ) {
			$url = Permission::page( get_queried_object_id() ) ? self::url_of_singular() : '';
		} else {
			$url = Permission::page() ? Address::of_this_request() : '';
		}
		return is_wp_error( $url ) ? '' : $url;
	}

	/**
	 * A post's page is purged under its own address: with what a preview or a campaign adds to it, it would be another copy.
	 *
	 * @return string|\WP_Error
	 */
	private static function url_of_singular() {
		$own  = Address::of_post( get_queried_object_id() );
		$here = Address::of_this_request();
		return is_wp_error( $own ) || is_wp_error( $here ) || false !== strpos( $here, '?' ) ? $own : $here;
	}
}
