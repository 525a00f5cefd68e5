<?php
/**
 * The messages that plugin and agent share, which the agent's own tests read as well.
 *
 * @package Platen
 */

namespace Platen\Tests;

use Platen\Agent\Client;
use Platen\Agent\Signature;

/**
 * The corpus in protocol/test/corpus/plugin.
 */
final class Corpus_Test extends Site_Test_Case {
	/**
	 * A file of the corpus.
	 *
	 * @param string $name Without its ending.
	 */
	private static function read( string $name ): array {
		$folder = getenv( 'PLATEN_TEST_CORPUS' ) ? getenv( 'PLATEN_TEST_CORPUS' ) : dirname( __DIR__, 2 ) . '/protocol/test/corpus/plugin';
		return json_decode( file_get_contents( "$folder/$name.json" ), true );
	}

	public function test_carries_out_each_call_that_the_agent_may_make() {
		foreach ( self::read( 'calls' )['accepted'] as $call ) {
			$answer = $this->call( $call['command'], $call['args'] );
			self::assertTrue( $answer['ok'], wp_json_encode( array( $call, $answer ) ) );
		}
	}

	public function test_refuses_each_call_that_the_agent_would_not_make_with_its_code() {
		$calls = self::read( 'calls' );
		foreach ( array_merge( $calls['refused'], $calls['refusedByPlugin'] ) as $case ) {
			$answer = $this->call( $case['call']['command'], $case['call']['args'] );
			self::assertFalse( $answer['ok'], $case['why'] );
			self::assertSame( $case['code'], $answer['code'], $case['why'] );
		}
	}

	public function test_makes_the_same_signatures() {
		$corpus = self::read( 'signatures' );
		self::assertSame( PLATEN_SECRET, $corpus['secret'] );
		foreach ( $corpus['cases'] as $case ) {
			self::assertSame( $case['signature'], Signature::of( $case['method'], $case['path'], $case['timestamp'], $case['nonce'], $case['body'] ), $case['why'] );
		}
	}

	public function test_reads_each_answer_of_the_agent() {
		foreach ( self::read( 'agent-answers' )['accepted'] as $case ) {
			self::assertSame( $case['body'], $this->answered( $case['status'], wp_json_encode( $case['body'] ) ), $case['message'] );
		}
	}

	public function test_reads_each_error_of_the_agent() {
		foreach ( self::read( 'agent-answers' )['errors'] as $case ) {
			$error = $this->answered( $case['status'], wp_json_encode( $case['body'] ) );
			self::assertInstanceOf( \WP_Error::class, $error );
			self::assertSame( $case['body']['code'], $error->get_error_code() );
			self::assertSame( $case['body']['message'], $error->get_error_message() );
			self::assertSame( array( 'status' => $case['status'], 'hint' => $case['body']['hint'] ), $error->get_error_data() );
		}
	}

	public function test_takes_what_is_no_answer_for_an_agent_that_is_not_there() {
		foreach ( array( 'nonsense', '[', '' ) as $body ) {
			$error = $this->answered( 200, $body );
			self::assertInstanceOf( \WP_Error::class, $error );
			self::assertSame( 'agent.unavailable', $error->get_error_code(), $body );
		}
	}

	public function test_asks_for_jobs_as_the_agent_takes_them() {
		$wanted = self::read( 'plugin-requests' )['accepted'][0];
		wp_set_current_user( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID );
		$request = new \WP_REST_Request( 'POST', '/platen/v1/jobs' );
		$request->set_body_params( array( 'kind' => $wanted['kind'], 'input' => $wanted['input'] ) );
		$asked = $this->agent(
			200,
			'{}',
			static function () use ( $request ) {
				rest_do_request( $request );
			}
		);
		self::assertStringStartsWith( 'POST /v1/jobs HTTP/1.0', $asked );
		self::assertSame( $wanted, json_decode( explode( "\r\n\r\n", $asked, 2 )[1], true ) );
	}

	public function test_passes_the_owners_wishes_on_as_the_agent_takes_them() {
		$wanted = self::read( 'plugin-requests' )['wishes']['accepted'][0];
		$asked  = $this->asked_for( $wanted, $wanted['timeZone'] );
		self::assertStringStartsWith( 'PUT /v1/owner HTTP/1.0', $asked );
		self::assertEquals( $wanted, json_decode( explode( "\r\n\r\n", $asked, 2 )[1], true ) );
	}

	public function test_tells_the_agent_the_time_zone_of_wordpress_and_no_markup() {
		$wishes = array(
			'timeZone'   => 'Made/Up',
			'quietHours' => array(),
			'vetoed'     => array(),
			'deferred'   => array( array( 'kind' => 'cache.purge', 'until' => 1, 'reason' => "<b>Sale</b>\n" ) ),
		);
		$sent   = json_decode( explode( "\r\n\r\n", $this->asked_for( $wishes, '+05:30' ), 2 )[1], true );
		self::assertSame( '+05:30', $sent['timeZone'] );
		self::assertSame( 'Sale', $sent['deferred'][0]['reason'] );
	}

	/**
	 * What the agent is asked when an administrator saves his wishes.
	 *
	 * @param array  $wishes As the page sends them.
	 * @param string $zone   Time zone of the site.
	 */
	private function asked_for( array $wishes, string $zone ): string {
		wp_set_current_user( get_users( array( 'role' => 'administrator', 'number' => 1 ) )[0]->ID );
		$in_zone = static function () use ( $zone ) {
			return '+' === $zone[0] ? '' : $zone;
		};
		$offset  = static function () {
			return 5.5;
		};
		add_filter( 'pre_option_timezone_string', $in_zone );
		add_filter( 'pre_option_gmt_offset', $offset );
		$request = new \WP_REST_Request( 'PUT', '/platen/v1/owner' );
		$request->set_body_params( $wishes );
		try {
			return $this->agent(
				200,
				'{}',
				static function () use ( $request ) {
					rest_do_request( $request );
				}
			);
		} finally {
			remove_filter( 'pre_option_timezone_string', $in_zone );
			remove_filter( 'pre_option_gmt_offset', $offset );
		}
	}

	/**
	 * What the plugin makes of an agent's answer.
	 *
	 * @param int    $status HTTP status.
	 * @param string $body   Body.
	 * @return array|\WP_Error
	 */
	private function answered( int $status, string $body ) {
		$told = null;
		$this->agent(
			$status,
			$body,
			static function () use ( &$told ) {
				$told = Client::ask( 'GET', '/v1/status' );
			}
		);
		return $told;
	}

	/**
	 * Asks an agent that gives one answer, and says what it was asked.
	 *
	 * @param int      $status HTTP status.
	 * @param string   $body   Body.
	 * @param callable $ask    Makes the request.
	 */
	private function agent( int $status, string $body, callable $ask ): string {
		$answer = "HTTP/1.0 $status Told\r\nContent-Type: application/json\r\n\r\n$body";
		$server = proc_open( array( PHP_BINARY, __DIR__ . '/one-answer.php', PLATEN_AGENT_SOCKET ), array( array( 'pipe', 'r' ), array( 'pipe', 'w' ) ), $pipes );
		fwrite( $pipes[0], $answer );
		fclose( $pipes[0] );
		// It says so as soon as it listens.
		self::assertSame( "listening\n", fgets( $pipes[1] ) );
		$ask();
		$asked = stream_get_contents( $pipes[1] );
		proc_close( $server );
		return $asked;
	}
}
