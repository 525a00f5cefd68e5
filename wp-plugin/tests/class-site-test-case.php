<?php
/**
 * What the tests share.
 *
 * @package Platen
 */

namespace Platen\Tests;

use PHPUnit\Framework\TestCase;

/**
 * A test inside WordPress that takes away what it made.
 */
abstract class Site_Test_Case extends TestCase {
	/**
	 * Posts and attachments of this test.
	 *
	 * @var int[]
	 */
	private $posts = array();

	/**
	 * Files of this test, absolute.
	 *
	 * @var string[]
	 */
	private $files = array();

	/**
	 * Takes everything away again.
	 */
	protected function tearDown(): void {
		foreach ( array_reverse( $this->posts ) as $post ) {
			'attachment' === get_post_type( $post ) ? wp_delete_attachment( $post, true ) : wp_delete_post( $post, true );
		}
		foreach ( $this->files as $file ) {
			if ( is_file( $file ) ) {
				unlink( $file );
			}
		}
		wp_set_current_user( 0 );
		\Platen\Assets\Publication::clear();
	}

	/**
	 * An image of noise in the media library, large enough to have every size.
	 *
	 * @param string $name File name.
	 */
	protected function attachment( string $name = 'noise.jpg' ): int {
		$uploads = wp_upload_dir();
		$file    = $uploads['path'] . '/' . wp_unique_filename( $uploads['path'], $name );
		$image   = imagecreatetruecolor( 1200, 900 );
		for ( $at = 0; $at < 900; $at += 9 ) {
			imageline( $image, 0, $at, 1199, 899 - $at, imagecolorallocate( $image, $at % 256, ( $at * 7 ) % 256, ( $at * 13 ) % 256 ) );
		}
		imagejpeg( $image, $file, 90 );
		$id = wp_insert_attachment( array( 'post_title' => 'Noise', 'post_mime_type' => 'image/jpeg', 'post_status' => 'inherit' ), $file );
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $file ) );
		$this->posts[] = $id;
		return $id;
	}

	/**
	 * A published post.
	 *
	 * @param string $content Of the post.
	 */
	protected function post( string $content ): int {
		$id            = wp_insert_post( array( 'post_title' => 'A post', 'post_content' => $content, 'post_status' => 'publish' ), true );
		$this->posts[] = $id;
		return $id;
	}

	/**
	 * A post that is removed at the end.
	 *
	 * @param int $id Of the post.
	 */
	protected function remove_post_later( int $id ) {
		$this->posts[] = $id;
	}

	/**
	 * A file below the uploads folder.
	 *
	 * @param string $path    Below it.
	 * @param string $content Of the file.
	 */
	protected function upload( string $path, string $content ): string {
		$file = wp_upload_dir( null, false )['basedir'] . '/' . $path;
		wp_mkdir_p( dirname( $file ) );
		file_put_contents( $file, $content );
		$this->files[] = $file;
		return $file;
	}

	/**
	 * A file that is removed at the end.
	 *
	 * @param string $file Absolute.
	 */
	protected function remove_later( string $file ) {
		$this->files[] = $file;
	}

	/**
	 * A map of WebP files for every file of an attachment, each of which is there.
	 *
	 * @param int $id Attachment.
	 * @return string[]
	 */
	protected function webp_map( int $id ): array {
		$map = array();
		foreach ( $this->call( 'images.list', array( 'attachments' => array( $id ), 'after' => 0, 'limit' => 1 ) )['value']['items'][0]['files'] as $file ) {
			$map[ $file['file'] ] = $file['file'] . '.platen.webp';
			$this->upload( $map[ $file['file'] ], 'webp' );
		}
		return $map;
	}

	/**
	 * A call of the agent's, as the door takes it.
	 *
	 * @param string $command Name.
	 * @param array  $args    Arguments.
	 */
	protected function call( string $command, array $args ): array {
		$body = wp_json_encode( array( 'command' => $command, 'args' => (object) $args ) );
		return json_decode( wp_json_encode( \Platen\Call\Dispatcher::dispatch( $body ) ), true );
	}

	/**
	 * A request through the web server, past its cache.
	 *
	 * @param string $path    With its query.
	 * @param array  $options As for wp_remote_request().
	 * @return array As wp_remote_request() answers.
	 */
	protected function http( string $path, array $options = array() ): array {
		$answer = wp_remote_request( home_url( $path ), $options + array( 'timeout' => 20, 'redirection' => 0 ) );
		self::assertIsArray( $answer, is_wp_error( $answer ) ? $answer->get_error_message() : '' );
		return $answer;
	}
}
