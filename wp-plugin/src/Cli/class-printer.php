<?php
/**
 * What the command line shows.
 *
 * @package Platen
 */

namespace Platen\Cli;

use Platen\Purge\Receipt;

defined( 'ABSPATH' ) || exit;

/**
 * Prints for people and, as JSON, for programs: then one value on standard output, and nothing else.
 */
final class Printer {
	/**
	 * Prints a purge; one that failed ends the command.
	 *
	 * @param array  $job    Of the agent.
	 * @param string $format table or json.
	 */
	public static function receipt( array $job, string $format ) {
		$receipt = Receipt::whole( $job );
		$failed  = $receipt['ended'] && 'succeeded' !== $receipt['state'];
		if ( 'json' === $format ) {
			\WP_CLI::line( (string) wp_json_encode( $receipt ) );
			\WP_CLI::halt( $failed ? Command::FAILED : 0 );
		}
		foreach ( $receipt['changes'] as $change ) {
			/* translators: %s: what changed on the site */
			\WP_CLI::log( sprintf( __( 'Changed: %s', 'platen' ), $change ) );
		}
		if ( $receipt['pages'] ) {
			\WP_CLI\Utils\format_items( 'table', $receipt['pages'], array( 'url', 'state', 'words' ) );
		}
		if ( $receipt['layers'] ) {
			\WP_CLI\Utils\format_items( 'table', $receipt['layers'], array( 'name', 'words' ) );
		}
		if ( '' !== $receipt['signed'] ) {
			\WP_CLI::log( $receipt['signed'] );
		}
		if ( $failed ) {
			\WP_CLI::error( implode( ' ', array_filter( array( $receipt['sentence'], $receipt['hint'], $receipt['detail'] ) ) ), Command::FAILED );
		}
		$words = $receipt['ended'] ? $receipt['sentence'] : __( 'The purge was asked for. --wait shows what comes of it.', 'platen' );
		\WP_CLI::success( $words . ' (' . $receipt['id'] . ')' );
	}

	/**
	 * Prints how the agent is.
	 *
	 * @param array  $status Of the agent.
	 * @param string $format table or json.
	 */
	public static function status( array $status, string $format ) {
		if ( 'json' === $format ) {
			\WP_CLI::line( (string) wp_json_encode( $status ) );
			return;
		}
		$rows = array();
		foreach ( self::facts( $status ) as $field => $value ) {
			$rows[] = compact( 'field', 'value' );
		}
		\WP_CLI\Utils\format_items( 'table', $rows, array( 'field', 'value' ) );
	}

	/**
	 * What is worth a line.
	 *
	 * @param array $status Of the agent.
	 */
	private static function facts( array $status ): array {
		$value = static function ( $name ) use ( $status ) {
			return isset( $status[ $name ] ) && is_scalar( $status[ $name ] ) ? (string) $status[ $name ] : '';
		};
		return array(
			'version' => $value( 'version' ),
			'link'    => isset( $status['link']['state'] ) ? (string) $status['link']['state'] : '',
			'site'    => $value( 'siteId' ),
			'agent'   => $value( 'agentId' ),
			'kinds'   => implode( ', ', array_column( isset( $status['kinds'] ) ? (array) $status['kinds'] : array(), 'name' ) ),
			'running' => $value( 'running' ),
			'waiting' => $value( 'waiting' ),
		);
	}
}
