<?php
/**
 * What changed, until it is written.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Collects what a line of `changes` says, each thing once.
 */
final class Change {
	/** A URL as the protocol takes it. */
	const URL       = '#^https?://[^\s\x00-\x1f]+$#D';
	const URL_BYTES = 2048;

	/**
	 * Keys are tags.
	 *
	 * @var true[]
	 */
	public $tags = array();

	/**
	 * Keys are URLs that nobody may see any more.
	 *
	 * @var true[]
	 */
	public $hidden = array();

	/**
	 * Keys are tags of posts that nobody may read any more.
	 *
	 * @var true[]
	 */
	public $closed = array();

	/**
	 * Keys are URLs that changed by rule.
	 *
	 * @var true[]
	 */
	public $urls = array();

	/**
	 * Keys are beginnings of such URLs.
	 *
	 * @var true[]
	 */
	public $trees = array();

	/**
	 * What Words makes sentences of: event and name, each once.
	 *
	 * @var array[]
	 */
	public $events = array();

	/**
	 * Whether every page may have changed.
	 *
	 * @var bool
	 */
	public $everything = false;

	/**
	 * Whether files of PHP changed with everything.
	 *
	 * @var bool
	 */
	public $code = false;

	/**
	 * Whether prices or stock are among it, which nobody may be told wrong for long.
	 *
	 * @var bool
	 */
	public $urgent = false;

	/**
	 * Something happened.
	 *
	 * @param string $event One of those in Words.
	 * @param string $name  Of what it happened to.
	 */
	public function say( string $event, string $name = '' ) {
		$this->events[ "$event $name" ] = array( $event, $name );
	}

	/**
	 * Tags changed.
	 *
	 * @param string[] $tags As Tag makes them.
	 */
	public function tags( array $tags ) {
		foreach ( $tags as $tag ) {
			$this->tags[ $tag ] = true;
		}
	}

	/**
	 * Nobody may see these URLs any more.
	 *
	 * @param string[] $urls Absolute.
	 */
	public function hide( array $urls ) {
		$this->hidden += self::valid( $urls );
	}

	/**
	 * Nobody may read a post any more.
	 *
	 * @param string $tag Of the post.
	 */
	public function close( string $tag ) {
		$this->closed[ $tag ] = true;
	}

	/**
	 * A page changed, by rule.
	 *
	 * @param mixed $url Absolute; anything else counts as none.
	 */
	public function page( $url ) {
		$this->urls += self::valid( array( $url ) );
	}

	/**
	 * Every page changed whose URL begins so, by rule.
	 *
	 * @param mixed $prefix Absolute; anything else counts as none.
	 */
	public function tree( $prefix ) {
		$this->trees += self::valid( array( $prefix ) );
	}

	/**
	 * A list of posts changed, by rule: with its further pages and its feeds.
	 *
	 * @param mixed $link Its first page; anything but a URL counts as none.
	 */
	public function archive( $link ) {
		global $wp_rewrite;
		$this->page( $link );
		if ( ! is_string( $link ) || '' === $link ) {
			return;
		}
		if ( false !== strpos( $link, '?' ) ) {
			$this->tree( $link . '&' );
			return;
		}
		$this->tree( trailingslashit( $link ) . $wp_rewrite->pagination_base . '/' );
		$this->tree( trailingslashit( $link ) . $wp_rewrite->feed_base );
	}

	/**
	 * Whether there is nothing to write.
	 */
	public function is_empty(): bool {
		return array() === $this->events;
	}

	/**
	 * URLs as keys, without what is none.
	 *
	 * @param array $urls Perhaps URLs.
	 */
	private static function valid( array $urls ): array {
		$valid = array();
		foreach ( $urls as $url ) {
			if ( is_string( $url ) && strlen( $url ) <= self::URL_BYTES && preg_match( self::URL, $url ) ) {
				$valid[ $url ] = true;
			}
		}
		return $valid;
	}
}
