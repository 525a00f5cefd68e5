<?php
/**
 * What came of a purge, for people.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * A job and its result, made into sentences. All of it is plain text: whoever shows it escapes it.
 */
final class Receipt {
	/** Pages that are named to those who may see some only, since each has to be looked up. */
	const MOST_CHECKED = 20;

	/**
	 * The receipt as the present user may see it. Those who manage see all; others the pages that they may purge themselves,
	 * since purges that come close together become one job. Titles of what changed are not for everybody, and neither are an
	 * error's own words: they may name any page.
	 *
	 * @param array $job Of the agent.
	 */
	public static function of( array $job ): array {
		$receipt = self::whole( $job );
		if ( Permission::everything() ) {
			return $receipt;
		}
		$mine = static function ( $page ) {
			return Permission::url( $page['url'] );
		};
		$some = array_slice( $receipt['pages'], 0, self::MOST_CHECKED );
		return array(
			'pages'   => array_values( array_filter( $some, $mine ) ),
			'changes' => array(),
			'detail'  => '',
		) + $receipt;
	}

	/**
	 * The receipt with all that is known.
	 *
	 * @param array $job Of the agent.
	 */
	public static function whole( array $job ): array {
		$state  = Words::text( $job, 'state' );
		$result = isset( $job['result'] ) && is_array( $job['result'] ) ? $job['result'] : array();
		$error  = isset( $job['error'] ) ? $job['error'] : null;
		return array(
			'id'       => Words::text( $job, 'id' ),
			'state'    => $state,
			'ended'    => in_array( $state, array( 'succeeded', 'failed', 'cancelled' ), true ),
			'sentence' => self::sentence( $job, $state ),
			'hint'     => $error ? Problem::words( Words::text( $error, 'code' ) )[1] : '',
			'detail'   => $error ? Words::text( $error, 'code' ) . ': ' . Words::text( $error, 'message' ) : '',
			'changes'  => array_map( array( self::class, 'change' ), self::entries( $result, 'changes' ) ),
			'pages'    => array_map( array( self::class, 'page' ), self::entries( $result, 'proof' ) ),
			'layers'   => array_map( array( self::class, 'layer' ), self::layers( $job, $result ) ),
			'signed'   => self::signed( isset( $job['receipt'] ) ? $job['receipt'] : null ),
		);
	}

	/**
	 * The one sentence that says how it stands.
	 *
	 * @param array  $job   Of the agent.
	 * @param string $state Of the job.
	 */
	private static function sentence( array $job, string $state ): string {
		if ( isset( $job['error'] ) ) {
			return Problem::words( Words::text( $job['error'], 'code' ) )[0];
		}
		switch ( $state ) {
			case 'succeeded':
				$summary = Words::text( $job, 'summary' );
				return '' === $summary ? __( 'The purge is done.', 'platen' ) : $summary;
			case 'failed':
				return __( 'The purge failed.', 'platen' );
			case 'cancelled':
				return Problem::words( 'job.cancelled' )[0];
			case 'queued':
				return __( 'The purge waits for its turn.', 'platen' );
		}
		return self::progress( isset( $job['progress'] ) ? $job['progress'] : null );
	}

	/**
	 * How far it is.
	 *
	 * @param mixed $progress Of the agent; may be missing.
	 */
	private static function progress( $progress ): string {
		$note  = Words::text( $progress, 'note' );
		$total = Words::number( $progress, 'total' );
		if ( '' === $note || $total < 1 ) {
			return __( 'Purging…', 'platen' );
		}
		/* translators: 1: what is being done, 2: how many are done, 3: of how many */
		return sprintf( __( '%1$s (%2$d of %3$d)', 'platen' ), $note, Words::number( $progress, 'done' ), $total );
	}

	/**
	 * What changed before.
	 *
	 * @param array $change Of the result.
	 */
	private static function change( array $change ): string {
		return Words::text( $change, 'what' );
	}

	/**
	 * A page, and whether it is new.
	 *
	 * @param array $proof Of the result.
	 */
	private static function page( array $proof ): array {
		return array(
			'url'   => Words::text( $proof, 'url' ),
			'state' => Words::text( $proof, 'state' ),
			'words' => Words::page( $proof ),
		);
	}

	/**
	 * The layers as they are by now: what followed after the job had ended stands for what it said.
	 *
	 * @param array $job    Of the agent.
	 * @param array $result Of the job.
	 * @return array[]
	 */
	private static function layers( array $job, array $result ): array {
		$later = array();
		foreach ( self::entries( $job, 'followUps' ) as $follow_up ) {
			$later[ Words::text( $follow_up, 'layer' ) ] = $follow_up;
		}
		$now = static function ( array $layer ) use ( $later ): array {
			$name = Words::text( $layer, 'layer' );
			return isset( $later[ $name ] ) ? $later[ $name ] : $layer;
		};
		return array_map( $now, self::entries( $result, 'layers' ) );
	}

	/**
	 * A layer with its name and what became of it.
	 *
	 * @param array $layer Of the result.
	 */
	private static function layer( array $layer ): array {
		return array(
			'layer' => Words::text( $layer, 'layer' ),
			'name'  => Words::layer_name( Words::text( $layer, 'layer' ) ),
			'state' => Words::text( $layer, 'state' ),
			'words' => Words::layer( $layer ),
		);
	}

	/**
	 * That the agent has signed how the purge ended, and under which number; '' where it has not.
	 *
	 * @param mixed $receipt Of the job; may be missing.
	 */
	private static function signed( $receipt ): string {
		$number = Words::number( $receipt, 'seq' );
		/* translators: %s: number of the receipt */
		return $number < 1 ? '' : sprintf( __( 'Receipt %s, signed.', 'platen' ), number_format_i18n( $number ) );
	}

	/**
	 * A list of objects in a job or its result.
	 *
	 * @param array  $from Job or result.
	 * @param string $name Of the list.
	 * @return array[]
	 */
	private static function entries( array $from, string $name ): array {
		return isset( $from[ $name ] ) && is_array( $from[ $name ] ) ? array_values( array_filter( $from[ $name ], 'is_array' ) ) : array();
	}
}
