<?php
/**
 * Tests of the abilities.
 *
 * @package Platen
 */

namespace Platen\Tests;

require_once __DIR__ . '/class-purge-test-case.php';

/**
 * Purges through WordPress's Abilities API, where there is one.
 */
final class Purge_Ability_Test extends Purge_Test_Case {
	/**
	 * An ability's answer through WordPress's own route.
	 *
	 * @param string $name  Of the ability.
	 * @param mixed  $input Of the ability.
	 */
	private function run_ability( string $name, $input ): \WP_REST_Response {
		$request = new \WP_REST_Request( 'POST', "/wp-abilities/v1/abilities/$name/run" );
		$request->set_header( 'Content-Type', 'application/json' );
		$request->set_body( wp_json_encode( array( 'input' => $input ) ) );
		return rest_do_request( $request );
	}

	/**
	 * Skips what needs the API.
	 */
	private function need_abilities() {
		if ( ! function_exists( 'wp_get_ability' ) ) {
			self::markTestSkipped( 'This WordPress has no Abilities API.' );
		}
	}

	public function test_offers_abilities_exactly_where_wordpress_has_them() {
		$has = version_compare( get_bloginfo( 'version' ), '6.9', '>=' );
		self::assertSame( $has, function_exists( 'wp_get_ability' ) );
		foreach ( array( 'platen/purge-page', 'platen/purge-everything' ) as $name ) {
			self::assertSame( $has, $has && wp_has_ability( $name ) );
		}
		self::assertSame( $has, class_exists( 'Platen\Purge\Abilities', false ) );
	}

	public function test_says_that_they_destroy_nothing_and_may_be_repeated() {
		$this->need_abilities();
		foreach ( array( 'platen/purge-page', 'platen/purge-everything' ) as $name ) {
			$ability = wp_get_ability( $name );
			self::assertSame( 'platen', $ability->get_category() );
			self::assertSame( array( 'readonly' => false, 'destructive' => false, 'idempotent' => true ), $ability->get_meta_item( 'annotations' ) );
		}
	}

	public function test_purges_for_those_who_may() {
		$this->need_abilities();
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$this->become( 'editor' );
		$answer = $this->run_ability( 'platen/purge-page', array( 'url' => home_url( '/' ) ) );
		self::assertSame( 200, $answer->get_status(), wp_json_encode( $answer->get_data() ) );
		self::assertSame( array( 'id', 'state', 'sentence', 'follow' ), array_keys( $answer->get_data() ) );
		$this->become( 'administrator' );
		self::assertSame( 200, $this->run_ability( 'platen/purge-everything', array( 'reason' => 'New theme' ) )->get_status() );
		self::assertSame( array( array( 'urls' => array( home_url( '/' ) ) ), array( 'everything' => true, 'reason' => 'New theme' ) ), array_column( array_column( $this->asked(), 2 ), 'input' ) );
	}

	public function test_says_when_everything_may_be_purged_again_that_was_purged_too_often() {
		$this->need_abilities();
		$this->agent_answers( array( $this->too_often() ) );
		$this->become( 'administrator' );
		$refused = $this->run_ability( 'platen/purge-everything', array( 'reason' => 'New theme' ) );
		self::assertSame( array( 429, 'purge.too_often', 119 ), array( $refused->get_status(), $refused->get_data()['code'], $refused->get_data()['data']['retry_after'] ) );
		self::assertStringContainsString( 'It is possible again from ', $refused->get_data()['data']['hint'] );
	}

	public function test_refuses_those_who_may_not_and_input_that_is_none() {
		$this->need_abilities();
		$this->agent_answers( array( array( 202, $this->job() ) ) );
		$this->become( 'author' );
		self::assertSame( 403, $this->run_ability( 'platen/purge-page', array( 'url' => home_url( '/' ) ) )->get_status() );
		$this->become( 'editor' );
		self::assertSame( 403, $this->run_ability( 'platen/purge-everything', array( 'reason' => 'x' ) )->get_status() );
		self::assertSame( 400, $this->run_ability( 'platen/purge-page', array( 'url' => 'http://example.com/' ) )->get_status() );
		foreach ( array( null, array(), array( 'url' => '' ), array( 'url' => home_url( '/' ), 'more' => 1 ), 'text' ) as $input ) {
			self::assertSame( 400, $this->run_ability( 'platen/purge-page', $input )->get_status(), wp_json_encode( $input ) );
		}
		wp_set_current_user( 0 );
		self::assertSame( 401, $this->run_ability( 'platen/purge-page', array( 'url' => home_url( '/' ) ) )->get_status() );
		self::assertSame( array(), $this->asked() );
	}
}
