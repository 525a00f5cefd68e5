<?php
/**
 * The forms that ask for a purge.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * Plain forms to admin-post.php, which work as they are; src-js/purge.js sends them to the REST route instead, where it runs.
 */
final class Form {
	/** The action of admin-post.php, and of the nonce. */
	const ACTION = 'platen_purge';

	/**
	 * Prints the form for one page.
	 *
	 * @param string $url Of the page; may be ''.
	 */
	public static function page( string $url ) {
		self::open();
		echo '<h2>' . esc_html__( 'One page', 'platen' ) . '</h2>';
		echo '<p><label for="platen-purge-url">' . esc_html__( 'Address of the page', 'platen' ) . '</label>';
		echo '<input type="url" id="platen-purge-url" name="url" class="large-text code" required maxlength="' . esc_attr( (string) Address::LONGEST ) . '" value="' . esc_attr( $url ) . '"></p>';
		echo '<p class="platen-purge-buttons"><button type="submit" class="button button-primary">' . esc_html__( 'Purge this page', 'platen' ) . '</button></p>';
		echo '</form>';
	}

	/**
	 * Prints the form for everything.
	 *
	 * @param bool $in_dialog Whether it can be dismissed.
	 */
	public static function everything( bool $in_dialog ) {
		$id = $in_dialog ? 'platen-purge-why' : 'platen-purge-reason';
		self::open();
		echo '<h2' . ( $in_dialog ? ' id="platen-purge-title"' : '' ) . '>' . esc_html__( 'Purge everything', 'platen' ) . '</h2>';
		echo '<p>' . esc_html__( 'Every page is made anew. Until that is done, visitors may have to wait longer for a page.', 'platen' ) . '</p>';
		echo '<input type="hidden" name="everything" value="1">';
		echo '<p><label for="' . esc_attr( $id ) . '">' . esc_html__( 'Why (your host sees it)', 'platen' ) . '</label>';
		echo '<input type="text" id="' . esc_attr( $id ) . '" name="reason" class="large-text" required maxlength="' . esc_attr( (string) Request::LONGEST_REASON ) . '" value="' . esc_attr__( 'Asked for in WordPress', 'platen' ) . '"></p>';
		if ( Permission::network() ) {
			echo '<p><label><input type="checkbox" name="network" value="1"> ' . esc_html__( 'All sites of the network, not only this one', 'platen' ) . '</label></p>';
		}
		echo '<p class="platen-purge-buttons"><button type="submit" class="button button-primary">' . esc_html__( 'Purge everything', 'platen' ) . '</button>';
		if ( $in_dialog ) {
			echo ' <button type="button" class="button" data-platen-dismiss>' . esc_html__( 'Cancel', 'platen' ) . '</button>';
		}
		echo '</p></form>';
	}

	/**
	 * Prints the beginning that both have.
	 */
	private static function open() {
		echo '<form method="post" class="platen-purge-form" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" data-platen-purge>';
		echo '<input type="hidden" name="action" value="' . esc_attr( self::ACTION ) . '">';
		// Not wp_nonce_field(): it gives each form the same id, and there may be two on a page.
		echo '<input type="hidden" name="_wpnonce" value="' . esc_attr( wp_create_nonce( self::ACTION ) ) . '">';
	}

	/**
	 * Takes a form that was sent without JavaScript, and shows what came of it.
	 */
	public static function action_admin_post() {
		if ( ! isset( $_SERVER['REQUEST_METHOD'] ) || 'POST' !== $_SERVER['REQUEST_METHOD'] ) {
			wp_die( esc_html__( 'A purge is asked for with a form.', 'platen' ), '', array( 'response' => 405 ) );
		}
		check_admin_referer( self::ACTION );
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Address validates it; changed, it would be another page.
		$url    = isset( $_POST['url'] ) && is_string( $_POST['url'] ) ? trim( wp_unslash( $_POST['url'] ) ) : '';
		$reason = isset( $_POST['reason'] ) && is_string( $_POST['reason'] ) ? sanitize_text_field( wp_unslash( $_POST['reason'] ) ) : '';
		$all    = ! empty( $_POST['everything'] );
		$whole  = $all && ! empty( $_POST['network'] );
		if ( $whole && ! Permission::network() || ( $all ? ! Permission::everything() : ! Permission::url( $url ) ) ) {
			wp_die( esc_html__( 'You may not purge this.', 'platen' ), '', array( 'response' => 403 ) );
		}
		$job = $all ? Request::everything( $reason, $whole ) : Request::pages( array( $url ) );
		wp_safe_redirect( Screen::after( $job, $url ) );
		exit;
	}
}
