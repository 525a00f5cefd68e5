<?php
/**
 * Plugin Name: Lab Player
 * Description: An audio and video player (Video.js). Fixture of Platen's lab.
 * Version: 8.0.3
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static function () {
		if ( ! is_singular() || ! has_shortcode( get_post()->post_content, 'lab_player' ) ) {
			return;
		}
		wp_enqueue_style( 'video-js', plugins_url( 'vendor/video-js.css', __FILE__ ), array(), '8.0.3' );
		wp_enqueue_script( 'video-js', plugins_url( 'vendor/video.js', __FILE__ ), array(), '8.0.3', true );
		wp_enqueue_script( 'lab-player', plugins_url( 'assets/player.js', __FILE__ ), array( 'video-js' ), '8.0.3', true );
		wp_add_inline_style( 'video-js', '.lab-player{margin-bottom:2rem}' );
	}
);

/** Half a second of a tone, as a data address: the player has something to play and no file is needed. */
function lab_player_tone() {
	$samples = '';
	for ( $i = 0; $i < 2000; $i++ ) {
		$samples .= chr( 128 + (int) ( 60 * sin( $i * 2 * M_PI * 440 / 4000 ) ) );
	}
	$head = 'RIFF' . pack( 'V', 36 + strlen( $samples ) ) . 'WAVEfmt ' . pack( 'VvvVVvv', 16, 1, 1, 4000, 4000, 1, 8 ) . 'data' . pack( 'V', strlen( $samples ) );
	return 'data:audio/wav;base64,' . base64_encode( $head . $samples ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- a data address.
}

add_shortcode(
	'lab_player',
	static function () {
		return '<audio class="lab-player video-js" controls preload="none" width="480" height="120"><source type="audio/wav" src="' . lab_player_tone() . '"></audio>';
	}
);
