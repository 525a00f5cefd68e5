<?php
/**
 * Tests of published assets.
 *
 * @package Platen
 */

namespace Platen\Tests;

/**
 * Built files in the place of originals.
 */
final class Assets_Test extends Site_Test_Case {
	const BUNDLE = '0123456789abcdef';

	/**
	 * Publishes a manifest with one file and gives the original's URL.
	 *
	 * @param array $change What is different in its entry.
	 */
	private function publish( array $change = array() ): string {
		$source = $this->upload( 'original.css', 'a { color: red }' );
		$url    = wp_upload_dir()['baseurl'] . '/original.css';
		$entry  = $change + array(
			'file'     => 'platen/assets/0123456789abcdef0123456789abcdef.css',
			'version'  => '2',
			'source'   => substr( $source, strlen( ABSPATH ) ),
			'bytes'    => filesize( $source ),
			'modified' => filemtime( $source ),
		);
		$this->upload( 'platen/assets/' . self::BUNDLE . '.json', wp_json_encode( array( 'version' => 1, 'files' => array( $url => $entry ) ) ) );
		$answer = $this->call( 'assets.publish', array( 'manifest' => 'platen/assets/' . self::BUNDLE . '.json', 'bundle' => self::BUNDLE ) );
		self::assertTrue( $answer['ok'] );
		return $url;
	}

	/**
	 * The URL under which WordPress would print a style sheet.
	 *
	 * @param string $url As enqueued.
	 */
	private function printed( string $url ): string {
		return (string) apply_filters( 'style_loader_src', $url, 'a' );
	}

	public function test_serves_the_built_file_for_the_version_that_it_was_built_from() {
		$url   = $this->publish();
		$built = wp_upload_dir()['baseurl'] . '/platen/assets/0123456789abcdef0123456789abcdef.css';
		self::assertSame( $built, $this->printed( $url . '?ver=2' ) );
		self::assertSame( $url . '?ver=3', $this->printed( $url . '?ver=3' ) );
		self::assertSame( $url, $this->printed( $url ) );
	}

	public function test_serves_the_original_once_it_was_changed() {
		$url  = $this->publish();
		$file = wp_upload_dir()['basedir'] . '/original.css';
		touch( $file, time() + 10 );
		clearstatcache();
		self::assertSame( $url . '?ver=2', $this->printed( $url . '?ver=2' ) );
	}

	public function test_serves_the_original_where_the_manifest_names_a_file_outside() {
		foreach ( array( array( 'file' => '../../wp-config.php' ), array( 'source' => '../secret' ), array( 'file' => 7 ) ) as $change ) {
			$url = $this->publish( $change );
			self::assertSame( $url . '?ver=2', $this->printed( $url . '?ver=2' ), wp_json_encode( $change ) );
		}
	}

	public function test_serves_the_originals_after_one_call() {
		$url = $this->publish();
		self::assertSame( self::BUNDLE, $this->call( 'assets.state', array() )['value']['bundle'] );
		$this->call( 'assets.publish', array() );
		self::assertSame( $url . '?ver=2', $this->printed( $url . '?ver=2' ) );
		self::assertSame( array(), $this->call( 'assets.state', array() )['value'] );
	}

	public function test_serves_the_originals_where_the_manifest_is_gone_or_broken() {
		$url      = $this->publish();
		$manifest = wp_upload_dir()['basedir'] . '/platen/assets/' . self::BUNDLE . '.json';
		foreach ( array( '{', '[]', '{"version":2,"files":{}}' ) as $text ) {
			file_put_contents( $manifest, $text );
			clearstatcache();
			self::assertNull( \Platen\Assets\Publication::read( 'platen/assets/' . self::BUNDLE . '.json' ), $text );
		}
		unlink( $manifest );
		\Platen\Assets\Publication::set( 'platen/assets/' . self::BUNDLE . '.json', self::BUNDLE );
		self::assertSame( $url . '?ver=2', $this->printed( $url . '?ver=2' ) );
	}

	public function test_refuses_a_manifest_that_is_somewhere_else_or_not_there() {
		$bundle = array( 'bundle' => self::BUNDLE );
		self::assertSame( 'input.invalid', $this->call( 'assets.publish', $bundle + array( 'manifest' => '../wp-config.json' ) )['code'] );
		self::assertSame( 'file.not_found', $this->call( 'assets.publish', $bundle + array( 'manifest' => 'platen/assets/none.json' ) )['code'] );
	}
}
