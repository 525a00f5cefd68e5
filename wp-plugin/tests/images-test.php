<?php
/**
 * Tests of pictures.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * What visitors get of images, and what the agent is told of them.
 */
final class Images_Test extends Site_Test_Case {
	public function test_offers_a_webp_for_every_candidate_in_their_order() {
		$id = $this->attachment();
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => $this->webp_map( $id ) ) );
		$html = wp_get_attachment_image( $id, 'large' );
		self::assertMatchesRegularExpression( '#^<picture[^>]*><source type="image/webp"[^>]*><img [^>]*></picture>$#', $html );
		preg_match( '/<source[^>]* srcset="([^"]+)"/', $html, $webp );
		preg_match( '/<img[^>]* srcset="([^"]+)"/', $html, $jpeg );
		self::assertSame( $jpeg[1], str_replace( '.platen.webp', '', $webp[1] ) );
	}

	public function test_prints_an_image_as_it_was_where_one_candidate_has_no_webp() {
		$id     = $this->attachment();
		$before = wp_get_attachment_image( $id, 'large' );
		$map    = $this->webp_map( $id );
		array_pop( $map );
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => $map ) );
		self::assertSame( $before, wp_get_attachment_image( $id, 'large' ) );
	}

	public function test_prints_an_image_as_it_was_once_it_is_restored() {
		$id     = $this->attachment();
		$before = wp_get_attachment_image( $id, 'large' );
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => $this->webp_map( $id ) ) );
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => array() ) );
		self::assertSame( $before, wp_get_attachment_image( $id, 'large' ) );
	}

	public function test_escapes_names_of_files() {
		$id  = $this->attachment();
		$map = array();
		foreach ( array_keys( $this->webp_map( $id ) ) as $file ) {
			$map[ $file ] = 'a"><script>.webp';
		}
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => $map ) );
		self::assertStringNotContainsString( '<script', wp_get_attachment_image( $id, 'large' ) );
	}

	public function test_refuses_a_file_that_leads_out_of_the_uploads_folder() {
		$id = $this->attachment();
		foreach ( array( '../a.webp', '/etc/a.webp', 'a.php' ) as $webp ) {
			$answer = $this->call( 'images.serve', array( 'id' => $id, 'webp' => array( 'a.jpg' => $webp ) ) );
			self::assertSame( 'input.invalid', $answer['code'] ?? '', $webp );
		}
		self::assertSame( array(), \Platen\Images\Served::map( $id ) );
	}

	public function test_removes_the_webp_files_of_an_image_that_is_deleted() {
		$id  = $this->attachment();
		$map = $this->webp_map( $id );
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => $map ) );
		wp_delete_attachment( $id, true );
		foreach ( $map as $webp ) {
			self::assertFileDoesNotExist( wp_upload_dir()['basedir'] . '/' . $webp );
		}
	}

	public function test_removes_nothing_but_its_own_files_when_an_image_is_deleted() {
		$id    = $this->attachment();
		$other = $this->upload( 'somebodys.webp', 'webp' );
		$this->call( 'images.serve', array( 'id' => $id, 'webp' => array( 'a.jpg' => 'somebodys.webp' ) ) );
		wp_delete_attachment( $id, true );
		self::assertFileExists( $other );
	}

	public function test_lists_full_pages_until_the_last_one() {
		$first = array( $this->attachment( 'one.jpg' ), $this->attachment( 'two.jpg' ) );
		// An attachment without a file, as imports leave them.
		$lost = wp_insert_attachment( array( 'post_title' => 'Lost', 'post_mime_type' => 'image/jpeg', 'post_status' => 'inherit' ), '/elsewhere/lost.jpg' );
		$last = $this->attachment( 'three.jpg' );
		$ids  = array_merge( $first, array( $lost, $last ) );
		$page = $this->call( 'images.list', array( 'attachments' => $ids, 'after' => 0, 'limit' => 3 ) )['value'];
		self::assertSame( array_merge( $first, array( $last ) ), array_column( $page['items'], 'id' ) );
		$rest = $this->call( 'images.list', array( 'attachments' => $ids, 'after' => $last, 'limit' => 3 ) )['value'];
		self::assertSame( array(), $rest['items'] );
		wp_delete_attachment( $lost, true );
	}
}
