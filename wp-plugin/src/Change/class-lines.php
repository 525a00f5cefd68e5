<?php
/**
 * A change as the agent reads it.
 *
 * @package Platen
 */

namespace Platen\Change;

use Platen\Record\Recorder;
use Platen\Record\Visit;
use Platen\Spool\Spool;

defined( 'ABSPATH' ) || exit;

/**
 * Cuts a change into lines that keep to the bounds of the protocol.
 */
final class Lines {
	/** Most of each in one line. */
	const MOST = array(
		'hidden' => 100,
		'closed' => 1024,
		'tags'   => 1024,
		'urls'   => 500,
		'trees'  => 200,
	);

	/** Beyond so many lines it is cheaper for everybody to have one that says everything. */
	const LINES = 20;

	/** What a line has besides: braces, names, time, marks, and words of 200 characters. */
	const FRAME_BYTES = 1536;

	/**
	 * The lines of a change.
	 *
	 * @param Change $change Not empty.
	 * @return array[] As spool.change of the protocol.
	 */
	public static function of( Change $change ): array {
		// What is said of the time is true of every line only when it is taken after all that they tell of.
		$head = array(
			'at'   => (int) round( microtime( true ) * 1000000 ),
			'what' => Words::summary( $change->events ),
		);
		if ( $change->urgent ) {
			$head['urgent'] = true;
		}
		// What counts while pages are drawn would have them drawn for ever: the agent holds it back. Not what was sold, as on the page that
		// a payment leads back to.
		$view = Recorder::view();
		if ( '' !== $view && ! ( $change->urgent && ! Visit::is_shared( 200 ) ) ) {
			$head['view'] = $view;
		}
		$cut  = $change->everything ? array() : self::cut( $change );
		if ( $change->everything || count( $cut ) > self::LINES ) {
			$first = array();
			foreach ( array( 'hidden', 'closed' ) as $kind ) {
				$first[ $kind ] = array_slice( array_keys( $change->$kind ), 0, self::MOST[ $kind ] );
			}
			return array( $head + array_filter( $first ) + self::none() + array( 'everything' => true ) + ( $change->code ? array( 'code' => true ) : array() ) );
		}
		foreach ( $cut as $index => $line ) {
			$cut[ $index ] = $head + $line;
		}
		return $cut;
	}

	/**
	 * What the lines hold, each within the bounds.
	 *
	 * @param Change $change What they are made of.
	 */
	private static function cut( Change $change ): array {
		$lines = array( self::none() );
		$last  = 0;
		$bytes = self::FRAME_BYTES;
		foreach ( self::MOST as $kind => $most ) {
			foreach ( array_keys( $change->$kind ) as $item ) {
				// As JSON has it at worst, every character escaped; a comma and quotes besides.
				$size = strlen( (string) wp_json_encode( (string) $item, JSON_UNESCAPED_SLASHES ) ) + 1;
				if ( $bytes + $size >= Spool::LINE_BYTES || count( $lines[ $last ][ $kind ] ?? array() ) >= $most ) {
					$lines[] = self::none();
					$bytes   = self::FRAME_BYTES;
					++$last;
				}
				$lines[ $last ][ $kind ][] = (string) $item;
				$bytes                    += $size;
			}
		}
		return $lines;
	}

	/**
	 * A line that names nothing.
	 */
	private static function none(): array {
		return array(
			'tags'   => array(),
			'hidden' => array(),
			'urls'   => array(),
			'trees'  => array(),
		);
	}
}
