<?php
/**
 * Purges as abilities, for WordPress 6.9 and later.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * What WordPress's Abilities API offers to programs and assistants that act for a user. WordPress fires the hooks of this class
 * from 6.9 on only, so on older versions nothing of it is loaded.
 */
final class Abilities {
	/** The category. */
	const CATEGORY = 'platen';

	/**
	 * Registers the category.
	 */
	public static function action_wp_abilities_api_categories_init() {
		wp_register_ability_category(
			self::CATEGORY,
			array(
				'label'       => __( 'Platen', 'platen' ),
				'description' => __( 'What keeps this site fast and healthy.', 'platen' ),
			)
		);
	}

	/**
	 * Registers the abilities.
	 */
	public static function action_wp_abilities_api_init() {
		self::register(
			'platen/purge-page',
			__( 'Purge a page', 'platen' ),
			__( 'Makes one page of this site anew in every cache, and looks at it afterwards as a visitor would. Answers at once; “follow” says what becomes of it.', 'platen' ),
			array(
				'url' => array(
					'type'        => 'string',
					'description' => __( 'The whole address of the page.', 'platen' ),
					'minLength'   => 1,
					'maxLength'   => Address::LONGEST,
					'required'    => true,
				),
			),
			static function ( $input ) {
				return Request::pages( array( (string) $input['url'] ) );
			},
			static function ( $input ) {
				return Permission::url( is_array( $input ) && isset( $input['url'] ) ? (string) $input['url'] : '' );
			}
		);
		self::register(
			'platen/purge-everything',
			__( 'Purge everything', 'platen' ),
			__( 'Makes every page of this site anew in every cache. Visitors may have to wait longer for a page until that is done, so purge single pages where that is enough.', 'platen' ),
			array(
				'reason' => array(
					'type'        => 'string',
					'description' => __( 'Why; the host sees it.', 'platen' ),
					'minLength'   => 1,
					'maxLength'   => Request::LONGEST_REASON,
					'required'    => true,
				),
			),
			static function ( $input ) {
				return Request::everything( (string) $input['reason'] );
			},
			array( Permission::class, 'everything' )
		);
	}

	/**
	 * Registers one ability.
	 *
	 * @param string   $name        Of the ability.
	 * @param string   $label       For people.
	 * @param string   $description For people and assistants.
	 * @param array[]  $input       Schemas of its input's members.
	 * @param callable $purge       Gives the job, or an error.
	 * @param callable $may         Whether the present user may.
	 */
	private static function register( string $name, string $label, string $description, array $input, callable $purge, callable $may ) {
		wp_register_ability(
			$name,
			array(
				'label'               => $label,
				'description'         => $description,
				'category'            => self::CATEGORY,
				'input_schema'        => array(
					'type'                 => 'object',
					'properties'           => $input,
					'additionalProperties' => false,
				),
				'output_schema'       => self::output(),
				'execute_callback'    => static function ( $asked ) use ( $purge ) {
					$job = $purge( $asked );
					return is_wp_error( $job ) ? $job : array_intersect_key( Rest::answer( $job ), self::output()['properties'] );
				},
				'permission_callback' => $may,
				'meta'                => array(
					// A purge changes copies only, and a second one finds nothing that is old.
					'annotations'  => array(
						'readonly'    => false,
						'destructive' => false,
						'idempotent'  => true,
					),
					'show_in_rest' => true,
				),
			)
		);
	}

	/**
	 * The schema of what is answered.
	 */
	private static function output(): array {
		$text = array(
			'type'     => 'string',
			'required' => true,
		);
		return array(
			'type'                 => 'object',
			'additionalProperties' => false,
			'properties'           => array(
				'id'       => $text,
				'state'    => $text,
				'sentence' => $text + array( 'description' => __( 'How it stands, for people.', 'platen' ) ),
				'follow'   => $text + array( 'description' => __( 'Address to GET, as the same user, to see what became of the purge.', 'platen' ) ),
			),
		);
	}
}
