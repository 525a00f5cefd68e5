<?php
/**
 * What the tests of changes share.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Change\Request;

/**
 * A test that reads what the plugin notes of changes.
 */
abstract class Change_Test_Case extends Site_Test_Case {
	/** Patterns and bounds of protocol/src/local/spool.ts. */
	const TAG = '/^(b[0-9]+\.)?[a-z]+:[!-~]+$/D';
	const URL = '#^https?://[^\s\x00-\x1f]+$#D';

	/**
	 * Terms of this test, with their taxonomies.
	 *
	 * @var string[]
	 */
	private $terms = array();

	/**
	 * Users of this test.
	 *
	 * @var int[]
	 */
	private $users = array();

	/**
	 * Options that this test makes.
	 *
	 * @var string[]
	 */
	protected $options = array();

	/**
	 * Takes everything away again.
	 */
	protected function tearDown(): void {
		parent::tearDown();
		require_once ABSPATH . 'wp-admin/includes/user.php';
		array_map( 'wp_delete_user', $this->users );
		foreach ( $this->terms as $term => $taxonomy ) {
			wp_delete_term( $term, $taxonomy );
		}
		array_map( 'delete_option', $this->options );
		self::written();
	}

	/**
	 * What is noted of a change: all lines in one, each list sorted.
	 *
	 * @param callable $change Makes it.
	 * @return array As spool.change of the protocol, or nothing.
	 */
	protected static function noted( callable $change ): array {
		self::written();
		$change();
		return self::together( self::written() );
	}

	/**
	 * Lines since they were last asked for, each of which fits the protocol.
	 *
	 * @param bool $now Whether what waits is written first.
	 */
	protected static function written( bool $now = true ): array {
		if ( $now ) {
			Request::write();
		}
		self::set( 'hurried', 0 );
		self::set( 'early', Request::EARLY );
		self::set( 'wait', 600.0 );
		$file  = PLATEN_SPOOL . '/changes';
		$lines = is_file( $file ) ? file( $file, FILE_IGNORE_NEW_LINES ) : array();
		file_put_contents( $file, '' );
		touch( $file, time() - 60 );
		self::assertFileDoesNotExist( PLATEN_SPOOL . '/everything' );
		return array_map( array( self::class, 'line' ), $lines );
	}

	/**
	 * Sets what Request keeps to itself: the tests are one request, and may be slow.
	 *
	 * @param string    $name  Of the property.
	 * @param int|float $value Its value.
	 */
	protected static function set( string $name, $value ) {
		$property = new \ReflectionProperty( Request::class, $name );
		$property->setAccessible( true );
		$property->setValue( null, $value );
	}

	/**
	 * A line, if it fits the protocol.
	 *
	 * @param string $text JSON.
	 */
	protected static function line( string $text ): array {
		$line = json_decode( $text, true );
		self::assertIsArray( $line );
		self::assertLessThan( 65536, strlen( $text ) );
		self::assertSame( array(), array_diff( array_keys( $line ), array( 'at', 'what', 'tags', 'hidden', 'urls', 'trees', 'closed', 'everything', 'code', 'view', 'urgent' ) ) );
		self::assertGreaterThan( ( time() - 600 ) * 1000000, $line['at'] );
		self::assertIsInt( $line['at'] );
		self::assertGreaterThan( 0, mb_strlen( $line['what'] ) );
		self::assertLessThanOrEqual( 200, strlen( mb_convert_encoding( $line['what'], 'UTF-16', 'UTF-8' ) ) / 2 );
		$line += array( 'closed' => array() );
		foreach ( array( 'tags' => 1024, 'hidden' => 100, 'closed' => 1024, 'urls' => 500, 'trees' => 200 ) as $kind => $most ) {
			$is_tag = 'tags' === $kind || 'closed' === $kind;
			self::assertIsList( $line[ $kind ] );
			self::assertLessThanOrEqual( $most, count( $line[ $kind ] ) );
			foreach ( $line[ $kind ] as $item ) {
				self::assertMatchesRegularExpression( $is_tag ? self::TAG : self::URL, $item );
				self::assertLessThanOrEqual( $is_tag ? 120 : 2048, strlen( $item ) );
			}
		}
		self::assertTrue( $line['everything'] ?? true );
		self::assertTrue( $line['urgent'] ?? true );
		self::assertContains( $line['view'] ?? 'visit', array( 'visit', 'refresh' ) );
		return $line;
	}

	/**
	 * Whether an array is a list.
	 *
	 * @param mixed $value Perhaps one.
	 */
	private static function assertIsList( $value ) {
		self::assertIsArray( $value );
		self::assertSame( array_values( $value ), $value );
	}

	/**
	 * All lines in one.
	 *
	 * @param array[] $lines Each as a line is.
	 */
	protected static function together( array $lines ): array {
		$all = array();
		foreach ( $lines as $line ) {
			foreach ( array( 'tags', 'hidden', 'closed', 'urls', 'trees' ) as $kind ) {
				$all[ $kind ] = array_values( array_unique( array_merge( $all[ $kind ] ?? array(), $line[ $kind ] ) ) );
				sort( $all[ $kind ] );
			}
			$all['what'][] = $line['what'];
			foreach ( array( 'everything', 'code' ) as $mark ) {
				if ( isset( $line[ $mark ] ) ) {
					$all[ $mark ] = true;
				}
			}
		}
		return $all;
	}

	/**
	 * Asserts that exactly these tags changed. Those of lists and orders count for `any` type as well; places in lists and addresses have tests
	 * of their own.
	 *
	 * @param string[] $wanted Tags.
	 * @param array    $noted  What was.
	 */
	protected static function assertTags( array $wanted, array $noted ) {
		foreach ( $wanted as $tag ) {
			$wanted[] = preg_replace( '/^(list|order):(post|page|attachment)(?=\/|$)/', '$1:any', $tag );
		}
		$wanted = array_values( array_unique( $wanted ) );
		sort( $wanted );
		self::assertSame( $wanted, array_values( preg_grep( '#^list:[a-z_]+/newest:|^pages:|^near:|^slug:#', $noted['tags'] ?? array(), PREG_GREP_INVERT ) ) );
	}

	/**
	 * Tags of all lists that a post is in, under the default category only.
	 *
	 * @param int $id Of the post.
	 */
	protected static function lists( int $id ): array {
		$post = get_post( $id );
		$type = $post->post_type;
		$tags = array( "list:$type", "list:$type/user:$post->post_author", "list:$type/parent:$post->post_parent", "list:$type/search" );
		foreach ( array( 4, 7, 10 ) as $length ) {
			$tags[] = "list:$type/date:" . substr( $post->post_date, 0, $length );
		}
		foreach ( wp_get_object_terms( $id, get_object_taxonomies( $type ) ) as $term ) {
			$tags[] = "list:$type/term:$term->term_id";
		}
		return $tags;
	}

	/**
	 * A post, noted already.
	 *
	 * @param array $fields As for wp_insert_post().
	 */
	protected function made( array $fields = array() ): int {
		$id = wp_insert_post( $fields + array( 'post_title' => 'Hello', 'post_content' => 'Text', 'post_status' => 'publish' ) );
		$this->remove_post_later( $id );
		self::written();
		return $id;
	}

	/**
	 * A term, noted already.
	 *
	 * @param string $taxonomy Of the term.
	 * @param int    $parent   Term above it.
	 */
	protected function term( string $taxonomy = 'category', int $parent = 0 ): int {
		$id = wp_insert_term( 'Term ' . wp_rand(), $taxonomy, array( 'parent' => $parent ) )['term_id'];
		self::written();
		$this->terms[ $id ] = $taxonomy;
		return $id;
	}

	/**
	 * A user, noted already.
	 *
	 * @param string $role Of the user.
	 */
	protected function user( string $role = 'author' ): int {
		$id = wp_insert_user( array( 'user_login' => 'user' . wp_rand(), 'user_pass' => 'x', 'role' => $role, 'display_name' => 'Ann', 'user_email' => wp_rand() . '@example.test' ) );
		self::written();
		$this->users[] = $id;
		return $id;
	}

	/**
	 * A post whose making is not noted before.
	 *
	 * @param array $fields As for wp_insert_post().
	 */
	protected function made_now( array $fields ): int {
		$id = wp_insert_post( $fields + array( 'post_title' => 'Hello', 'post_content' => 'Text', 'post_status' => 'publish' ) );
		$this->remove_post_later( $id );
		return $id;
	}

	/**
	 * Another post of an author, so that what happens to one doesn't change whether he has any.
	 *
	 * @param int $user Id of the user.
	 */
	protected function keep_an_author( int $user = 0 ) {
		$this->made( array( 'post_author' => $user, 'post_date' => '2019-01-01 10:00:00' ) );
		$this->made( array( 'post_author' => $user, 'post_date' => '2019-01-01 10:00:00', 'post_type' => 'page' ) );
	}
}
