<?php
/**
 * The page in WP admin that the admin bar's entries lead to.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * A page without a menu entry: the forms, and what came of the last one.
 */
final class Screen {
	/** Slug of the page; the hook that WordPress fires for it is load-admin_page_platen-purge. */
	const SLUG = 'platen-purge';

	/**
	 * Registers the page. Editors may use it, so render() and the form ask who may what.
	 */
	public static function action_admin_menu() {
		add_submenu_page( '', __( 'Purge the cache', 'platen' ), __( 'Purge', 'platen' ), 'edit_posts', self::SLUG, array( self::class, 'render' ) );
	}

	/**
	 * Names the page: without a menu entry, WordPress finds no title for it.
	 */
	public static function action_load() {
		$GLOBALS['title'] = __( 'Purge the cache', 'platen' ); // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- see above.
	}

	/**
	 * The address of the page.
	 *
	 * @param string $url  Of a page that may be purged there, or ''.
	 * @param string $what `everything` for that form.
	 */
	public static function link( string $url, string $what = '' ): string {
		$args = array_filter( array( 'page' => self::SLUG, 'url' => rawurlencode( $url ), 'what' => $what ) );
		return add_query_arg( $args, admin_url( 'admin.php' ) );
	}

	/**
	 * Where somebody is led who sent a form.
	 *
	 * @param array|\WP_Error $job What the agent made of it.
	 * @param string          $url Of the page that was to be purged, or ''.
	 */
	public static function after( $job, string $url ): string {
		if ( is_wp_error( $job ) ) {
			$wait = Problem::wait( $job );
			$args = array(
				'problem' => rawurlencode( (string) $job->get_error_code() ),
				'again'   => $wait > 0 ? time() + $wait : false,
			);
			return add_query_arg( $args, self::link( $url ) );
		}
		return add_query_arg( array( 'job' => $job['id'], 'ticket' => Ticket::of( $job['id'] ) ), self::link( $url ) );
	}

	/**
	 * Prints the page.
	 */
	public static function render() {
		$asked   = self::query( 'url' );
		$address = '' === $asked ? '' : Address::of( $asked );
		$url     = is_wp_error( $address ) ? '' : $address;
		$what    = self::query( 'what' );
		echo '<div class="wrap platen-purge-screen"><h1>' . esc_html__( 'Purge the cache', 'platen' ) . '</h1>';
		self::outcome( $url );
		if ( 'everything' !== $what ) {
			Form::page( $url );
		}
		if ( Permission::everything() ) {
			Form::everything( false );
		}
		echo '</div>';
	}

	/**
	 * Prints what came of the form that was sent before.
	 *
	 * @param string $url Of the page that was purged, or ''.
	 */
	private static function outcome( string $url ) {
		$id      = self::query( 'job' );
		$problem = self::query( 'problem' );
		if ( '' !== $id && Ticket::opens( $id, self::query( 'ticket' ) ) ) {
			$job = Request::job( $id );
			if ( ! is_wp_error( $job ) ) {
				self::receipt( Receipt::of( $job ) );
			} else {
				$problem = (string) $job->get_error_code();
			}
		}
		if ( '' !== $problem ) {
			echo '<div class="notice notice-error inline"><p>' . esc_html( implode( ' ', array_filter( Problem::words( $problem, (int) self::query( 'again' ) ) ) ) ) . '</p></div>';
		}
		if ( '' !== $url && ( '' !== $id || '' !== $problem ) ) {
			echo '<p><a href="' . esc_url( $url ) . '">' . esc_html__( 'Back to the page', 'platen' ) . '</a></p>';
		}
	}

	/**
	 * Prints a receipt.
	 *
	 * @param array $receipt As Receipt::of() makes it.
	 */
	private static function receipt( array $receipt ) {
		$class = 'succeeded' === $receipt['state'] ? 'success' : ( $receipt['ended'] ? 'error' : 'info' );
		echo '<div class="notice inline notice-' . esc_attr( $class ) . '"><p>' . esc_html( trim( $receipt['sentence'] . ' ' . $receipt['hint'] ) ) . '</p>';
		if ( ! $receipt['ended'] ) {
			echo '<p><a href="">' . esc_html__( 'Look again', 'platen' ) . '</a></p>';
		}
		if ( $receipt['pages'] ) {
			echo '<ul>';
			foreach ( $receipt['pages'] as $page ) {
				echo '<li><code>' . esc_html( $page['url'] ) . '</code> ' . esc_html( $page['words'] ) . '</li>';
			}
			echo '</ul>';
		}
		echo '</div>';
	}

	/**
	 * A parameter of this page. Nothing is changed by any, so there is no nonce; each is checked where it is used.
	 *
	 * @param string $name Of the parameter.
	 */
	private static function query( string $name ): string {
		// phpcs:ignore WordPress.Security -- as above; addresses must stay as they are.
		return isset( $_GET[ $name ] ) && is_string( $_GET[ $name ] ) ? wp_unslash( $_GET[ $name ] ) : '';
	}
}
