<?php
/**
 * What happened, in words.
 *
 * @package Platen
 */

namespace Platen\Change;

defined( 'ABSPATH' ) || exit;

/**
 * Sentences for the site's owner. They are made when a change is written: languages may not be loaded when it happens.
 */
final class Words {
	/** Longest name in a sentence, and longest sentence, in characters. */
	const NAME     = 60;
	const SENTENCE = 200;

	/**
	 * All that happened in one sentence: the first, and how many more.
	 *
	 * @param array[] $events Event and name, in their order.
	 */
	public static function summary( array $events ): string {
		$first = reset( $events );
		$words = self::of( $first[0], self::plain( $first[1] ) );
		$more  = count( $events ) - 1;
		if ( $more > 0 ) {
			/* translators: 1: What happened, such as “Hello world” was updated. 2: Number of other changes. */
			$words = sprintf( _n( '%1$s, and %2$s other change', '%1$s, and %2$s other changes', $more, 'platen' ), $words, number_format_i18n( $more ) );
		}
		return mb_substr( $words, 0, self::SENTENCE );
	}

	/**
	 * A name as plain text.
	 *
	 * @param string $name Perhaps with tags and entities.
	 */
	public static function plain( string $name ): string {
		$text = trim( preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( wp_check_invalid_utf8( $name ) ), ENT_QUOTES, 'UTF-8' ) ) );
		return mb_strlen( $text ) > self::NAME ? mb_substr( $text, 0, self::NAME - 1 ) . '…' : $text;
	}

	/**
	 * What happened to a thing with a name, or to one that needs none.
	 *
	 * @param string $event What happened.
	 * @param string $name  Plain text.
	 */
	private static function of( string $event, string $name ): string {
		$sentences = '' === $name ? array() : self::about_named();
		return isset( $sentences[ $event ] ) ? sprintf( $sentences[ $event ], $name ) : ( self::about_site()[ $event ] ?? __( 'Something was changed', 'platen' ) );
	}

	/**
	 * Sentences with a name.
	 */
	private static function about_named(): array {
		return array(
			/* translators: %s: Title of a post. */
			'published'      => __( '“%s” was published', 'platen' ),
			/* translators: %s: Title of a post, or name of a category or the like. */
			'updated'        => __( '“%s” was updated', 'platen' ),
			/* translators: %s: Title of a post. */
			'unpublished'    => __( '“%s” is no longer public', 'platen' ),
			/* translators: %s: Title of a post. */
			'protected'      => __( '“%s” was protected with a password', 'platen' ),
			/* translators: %s: Title of a post. */
			'trashed'        => __( '“%s” was moved to the trash', 'platen' ),
			/* translators: %s: Title of a post, or name of a category or the like. */
			'deleted'        => __( '“%s” was deleted', 'platen' ),
			/* translators: %s: Name of a category or the like. */
			'created'        => __( '“%s” was added', 'platen' ),
			/* translators: %s: Title of a post. */
			'commented'      => __( 'The comments on “%s” changed', 'platen' ),
			/* translators: %s: Name of a user. */
			'user.updated'   => __( 'The profile of %s was updated', 'platen' ),
			/* translators: %s: Name of a user. */
			'user.created'   => __( 'The user %s was added', 'platen' ),
			/* translators: %s: Name of a user. */
			'user.deleted'   => __( 'The user %s was removed', 'platen' ),
			/* translators: %s: Technical name of a setting. */
			'option.changed' => __( 'The setting “%s” was changed', 'platen' ),
		);
	}

	/**
	 * Sentences without one.
	 */
	private static function about_site(): array {
		return array(
			'menu'         => __( 'A menu was changed', 'platen' ),
			'styles'       => __( 'The site’s styles were changed', 'platen' ),
			'widgets'      => __( 'The widgets were changed', 'platen' ),
			'links'        => __( 'The links were changed', 'platen' ),
			'theme'        => __( 'The theme was changed', 'platen' ),
			'plugins'      => __( 'The active plugins were changed', 'platen' ),
			'core'         => __( 'WordPress was updated', 'platen' ),
			'translations' => __( 'Translations were updated', 'platen' ),
			'permalinks'   => __( 'The addresses of pages were changed', 'platen' ),
			'language'     => __( 'The site’s language was changed', 'platen' ),
			'network'      => __( 'A setting of the network was changed', 'platen' ),
			'code'         => __( 'A file of a plugin or theme was changed', 'platen' ),
			'commented'    => __( 'Comments changed', 'platen' ),
			'deleted'      => __( 'Something was deleted', 'platen' ),
		);
	}
}
