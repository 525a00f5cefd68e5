<?php
/**
 * Words for what a purge did.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * One line for a page, and one for a layer, of a job's result. An agent may be newer than this plugin: what it says that is not
 * known here is shown as it is.
 */
final class Words {
	/** Words of a cache header that mean: this is a copy. */
	const COPIES = array( 'HIT', 'STALE', 'UPDATING' );

	/**
	 * A member that is text; '' where there is none.
	 *
	 * @param mixed  $entry Of a result.
	 * @param string $name  Of the member.
	 */
	public static function text( $entry, string $name ): string {
		return is_array( $entry ) && isset( $entry[ $name ] ) && is_string( $entry[ $name ] ) ? $entry[ $name ] : '';
	}

	/**
	 * A member that is a number; 0 where there is none.
	 *
	 * @param mixed  $entry Of a result.
	 * @param string $name  Of the member.
	 */
	public static function number( $entry, string $name ): int {
		return is_array( $entry ) && isset( $entry[ $name ] ) && is_int( $entry[ $name ] ) ? $entry[ $name ] : 0;
	}

	/**
	 * Whether a page is new, and how that was found out, at the site and through the CDN.
	 *
	 * @param array $proof Entry of a result's proof.
	 */
	public static function page( array $proof ): string {
		$at_cdn = self::page_at_cdn( isset( $proof['cdn'] ) ? $proof['cdn'] : null );
		return self::page_at_site( $proof ) . ( '' === $at_cdn ? '' : ' ' . $at_cdn );
	}

	/**
	 * How the CDN gave a page; '' where it was not asked. An old copy there is told of the page itself.
	 *
	 * @param mixed $seen Member of the proof; may be missing.
	 */
	private static function page_at_cdn( $seen ): string {
		switch ( self::text( $seen, 'state' ) ) {
			case 'fresh':
				return __( 'Visitors of the CDN get the new page as well.', 'platen' );
			case 'unreachable':
				$status = self::number( $seen, 'status' );
				return $status < 400
					? __( 'It could not be fetched through the CDN.', 'platen' )
					/* translators: %d: HTTP status, such as 522 */
					: sprintf( __( 'It could not be fetched through the CDN: error %d.', 'platen' ), $status );
		}
		return '';
	}

	/**
	 * Whether a page is new.
	 *
	 * @param array $proof Entry of a result's proof.
	 */
	private static function page_at_site( array $proof ): string {
		$state = self::text( $proof, 'state' );
		switch ( $state ) {
			case 'fresh':
				return in_array( strtoupper( self::text( $proof, 'cache' ) ), self::COPIES, true )
					? __( 'New. It was fetched as a visitor would: the cache gives the new copy.', 'platen' )
					: __( 'New. It was fetched as a visitor would: it was made just then.', 'platen' );
			case 'removed':
				return __( 'The old copy is gone. A new one is made when somebody asks for the page.', 'platen' );
			case 'stale':
				$layer = self::text( $proof, 'layer' );
				return '' === $layer
					? __( 'Visitors still get the old page.', 'platen' )
					/* translators: %s: a cache, such as “Page cache” */
					: sprintf( __( 'Visitors still get the old page (%s).', 'platen' ), self::layer_name( $layer ) );
			case 'unreachable':
				$status = self::number( $proof, 'status' );
				return 0 === $status
					? __( 'It could not be fetched.', 'platen' )
					/* translators: %d: HTTP status, such as 500 */
					: sprintf( __( 'It could not be fetched: the site answered with error %d.', 'platen' ), $status );
		}
		return $state;
	}

	/**
	 * What became of a layer.
	 *
	 * @param array $layer Entry of a result's layers.
	 */
	public static function layer( array $layer ): string {
		$state = self::text( $layer, 'state' );
		$count = self::number( $layer, 'count' );
		switch ( $state ) {
			case 'purged':
				return 0 === $count
					? __( 'purged', 'platen' )
					/* translators: %s: number of entries */
					: sprintf( _n( 'purged (%s entry)', 'purged (%s entries)', $count, 'platen' ), number_format_i18n( $count ) );
			case 'kept':
				return __( 'left alone: nothing in it was old', 'platen' );
			case 'absent':
				return __( 'not in use on this site', 'platen' );
			case 'pending':
				return __( 'asked for; your host’s platform has yet to confirm it', 'platen' );
			case 'failed':
				$code = self::text( $layer, 'code' );
				$why  = '' === $code ? '' : implode( ' ', array_filter( Problem::words( $code ) ) );
				if ( 'page.stale' === $code ) {
					return $why;
				}
				/* translators: %s: a sentence that says why */
				return '' === $why ? __( 'not purged', 'platen' ) : sprintf( __( 'not purged. %s', 'platen' ), $why );
		}
		return $state;
	}

	/**
	 * What a layer is called.
	 *
	 * @param string $layer Of a result.
	 */
	public static function layer_name( string $layer ): string {
		$names = array(
			'object'  => __( 'Object cache', 'platen' ),
			'opcache' => __( 'Compiled PHP', 'platen' ),
			'nginx'   => __( 'Page cache', 'platen' ),
			'cdn'     => __( 'CDN', 'platen' ),
		);
		return isset( $names[ $layer ] ) ? $names[ $layer ] : $layer;
	}
}
