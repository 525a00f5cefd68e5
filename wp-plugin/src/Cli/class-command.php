<?php
/**
 * The command `wp platen`.
 *
 * @package Platen
 */

namespace Platen\Cli;

use Platen\Agent\Client;
use Platen\Purge\Address;
use Platen\Purge\Problem;
use Platen\Purge\Request;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps this site fast and healthy, together with Platen's agent.
 *
 * Whoever may run WP-CLI may do with the site whatever he likes, so nobody's capabilities are asked for.
 */
final class Command {
	/** Exit codes. */
	const FAILED    = 1;
	const BAD_INPUT = 2;

	/** Between two looks, and for how long a purge is waited for. */
	const POLL_MICROSECONDS = 500000;
	const PATIENCE_SECONDS  = 900;

	/**
	 * Makes pages anew in every cache, and checks that visitors get the new ones.
	 *
	 * Ends with 0 when the purge was asked for (with --wait: when it is done), with 1 when it failed, with 2 when it is not clear
	 * what is to be purged.
	 *
	 * ## OPTIONS
	 *
	 * [<url>...]
	 * : Addresses of pages.
	 *
	 * [--post=<id>]
	 * : The page of this post.
	 *
	 * [--all]
	 * : Everything. Needs a reason.
	 *
	 * [--reason=<text>]
	 * : Why everything is purged; the host sees it.
	 *
	 * [--network]
	 * : With --all: of all sites of the network, not only of the one that --url names.
	 *
	 * [--wait]
	 * : Wait until it is done, and show the receipt.
	 *
	 * [--format=<format>]
	 * : How the receipt is shown.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp platen purge https://example.com/ https://example.com/about/
	 *     wp platen purge --post=12 --wait
	 *     wp platen purge --all --reason="New theme" --wait --format=json
	 *
	 * @param string[] $args       Addresses.
	 * @param array    $assoc_args Options.
	 */
	public function purge( $args, $assoc_args ) {
		$job = $this->answer( $this->ask( $args, $assoc_args ) );
		if ( ! empty( $assoc_args['wait'] ) ) {
			$job = $this->wait( $job );
		}
		Printer::receipt( $job, $assoc_args['format'] );
	}

	/**
	 * Tells how the agent is, and what it may do here.
	 *
	 * Ends with 1 where no agent answers.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : How it is shown.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp platen status
	 *
	 * @param string[] $args       None.
	 * @param array    $assoc_args Options.
	 */
	public function status( $args, $assoc_args ) {
		Printer::status( $this->answer( Client::ask( 'GET', '/v1/status' ) ), $assoc_args['format'] );
	}

	/**
	 * Asks for what the arguments say.
	 *
	 * @param string[] $urls    Addresses.
	 * @param array    $options Options.
	 * @return array|\WP_Error The job.
	 */
	private function ask( array $urls, array $options ) {
		$all = ! empty( $options['all'] );
		if ( 1 !== (int) $all + (int) isset( $options['post'] ) + (int) ( array() !== $urls ) ) {
			\WP_CLI::error( __( 'Name addresses, or --post=<id>, or --all: one of the three.', 'platen' ), self::BAD_INPUT );
		}
		if ( $all !== isset( $options['reason'] ) ) {
			\WP_CLI::error( __( '--all and --reason=<text> go together.', 'platen' ), self::BAD_INPUT );
		}
		if ( ! empty( $options['network'] ) && ! ( $all && is_multisite() ) ) {
			\WP_CLI::error( __( '--network goes with --all, in a network.', 'platen' ), self::BAD_INPUT );
		}
		if ( $all ) {
			return Request::everything( (string) $options['reason'], ! empty( $options['network'] ) );
		}
		if ( isset( $options['post'] ) ) {
			$url  = Address::of_post( (int) $options['post'] );
			$urls = is_wp_error( $url ) ? $url : array( $url );
		}
		return is_wp_error( $urls ) ? $urls : Request::pages( $urls );
	}

	/**
	 * What was answered; an error ends the command.
	 *
	 * @param array|\WP_Error $answer Of the agent, or of a check before it.
	 */
	private function answer( $answer ): array {
		if ( is_wp_error( $answer ) ) {
			$data = (array) $answer->get_error_data();
			$hint = isset( $data['hint'] ) ? (string) $data['hint'] : '';
			\WP_CLI::error( trim( $answer->get_error_message() . ' ' . $hint ), 400 === $data['status'] ? self::BAD_INPUT : self::FAILED );
		}
		return $answer;
	}

	/**
	 * The job when it has ended.
	 *
	 * @param array $job As it stands.
	 */
	private function wait( array $job ): array {
		$until = time() + self::PATIENCE_SECONDS;
		while ( in_array( $job['state'], array( 'queued', 'running' ), true ) ) {
			if ( time() >= $until ) {
				/* translators: %s: id of a job */
				\WP_CLI::error( sprintf( __( 'The purge (%s) has not ended yet, and is not waited for any longer.', 'platen' ), $job['id'] ), self::FAILED );
			}
			usleep( self::POLL_MICROSECONDS );
			$job = $this->answer( Request::job( $job['id'] ) );
		}
		return $job;
	}
}
