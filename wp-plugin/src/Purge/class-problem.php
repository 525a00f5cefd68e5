<?php
/**
 * What can go wrong with a purge, in words.
 *
 * @package Platen
 */

namespace Platen\Purge;

defined( 'ABSPATH' ) || exit;

/**
 * Codes of Platen's error table, and two of the plugin's own, as somebody reads them who looks after a site's pages and has never
 * seen its server: what happened, and what to do.
 */
final class Problem {
	/**
	 * An error of our own, found without the agent: what was given can't be used, or names nothing.
	 *
	 * @param string $code A code of words().
	 */
	public static function error( string $code ): \WP_Error {
		list( $message, $hint ) = self::words( $code );
		return new \WP_Error(
			$code,
			$message,
			array(
				'status' => 'job.not_found' === $code ? 404 : 400,
				'hint'   => $hint,
			)
		);
	}

	/**
	 * The agent's answer as it is; an error of its own in plain words.
	 *
	 * @param array|\WP_Error $answer Of the agent.
	 * @return array|\WP_Error
	 */
	public static function plain( $answer ) {
		if ( ! is_wp_error( $answer ) ) {
			return $answer;
		}
		$code  = (string) $answer->get_error_code();
		$data  = (array) $answer->get_error_data();
		$wait  = self::wait( $answer );
		$words = self::words( $code, $wait > 0 ? time() + $wait : 0 );
		$plain = array(
			'status' => isset( $data['status'] ) ? (int) $data['status'] : 500,
			'hint'   => $words[1],
		);
		return new \WP_Error( $code, $words[0], $wait > 0 ? $plain + array( 'retry_after' => $wait ) : $plain );
	}

	/**
	 * Seconds until the same may succeed; 0 where nothing is known of that.
	 *
	 * @param \WP_Error $error Of the agent, or in plain words.
	 */
	public static function wait( \WP_Error $error ): int {
		$data = (array) $error->get_error_data();
		return isset( $data['retry_after'] ) ? (int) $data['retry_after'] : 0;
	}

	/**
	 * What happened, and what to do.
	 *
	 * @param string $code  Of the error.
	 * @param int    $again When the same may succeed, as Unix time; 0 where nothing is known of that.
	 * @return string[] Two sentences, or one and ''.
	 */
	public static function words( string $code, int $again = 0 ): array {
		if ( 'purge.too_often' === $code ) {
			return self::too_often( $again );
		}
		$known = self::of_request() + self::of_site();
		if ( isset( $known[ $code ] ) ) {
			return $known[ $code ];
		}
		/* translators: %s: code of an error, such as job.lost */
		return array( sprintf( __( 'The purge failed (%s).', 'platen' ), $code ), __( 'Try again in a minute. If it stays so, tell your host this code.', 'platen' ) );
	}

	/**
	 * Everything was purged as often as the host lets it be.
	 *
	 * @param int $again When it may be again, as Unix time, or 0.
	 * @return string[]
	 */
	private static function too_often( int $again ): array {
		$happened = __( 'Everything was purged too often lately, so nothing was purged now.', 'platen' );
		$pages    = __( 'Single pages can be purged all the time.', 'platen' );
		if ( 0 === $again ) {
			return array( $happened, $pages );
		}
		$format = $again - time() < 12 * HOUR_IN_SECONDS ? 'H:i:s' : 'Y-m-d H:i:s';
		/* translators: %s: time with seconds, such as 14:05:30 */
		$when = sprintf( __( 'It is possible again from %s on.', 'platen' ), wp_date( $format, $again ) );
		return array( $happened, $when . ' ' . $pages );
	}

	/**
	 * What is wrong with what was asked for, or with who is asked.
	 *
	 * @return array[]
	 */
	private static function of_request(): array {
		$again = __( 'Try again in a minute. If it stays so, ask your host.', 'platen' );
		return array(
			'url.invalid'       => array( __( 'This is no address that can be purged.', 'platen' ), __( 'Use the whole address of a page, as the browser shows it.', 'platen' ) ),
			'url.foreign'       => array( __( 'This address belongs to another site.', 'platen' ), __( 'Only pages of this site can be purged here.', 'platen' ) ),
			'post.not_found'    => array( __( 'There is no such post that visitors can see.', 'platen' ), __( 'Publish it first: nobody has an old copy of what was never shown.', 'platen' ) ),
			'input.invalid'     => array( __( 'It is not clear what is to be purged.', 'platen' ), __( 'Name up to 500 pages, or everything together with a reason of at most 200 characters.', 'platen' ) ),
			'policy.denied'     => array( __( 'Your host does not allow purges on this site.', 'platen' ), __( 'Ask your host.', 'platen' ) ),
			'job.not_found'     => array( __( 'Nothing is known of this purge, or no longer.', 'platen' ), __( 'Purge again.', 'platen' ) ),
			'job.cancelled'     => array( __( 'Somebody stopped the purge.', 'platen' ), __( 'Purge again if it is still wanted.', 'platen' ) ),
			'agent.unavailable' => array( __( 'Platen’s agent does not answer, so nothing was purged.', 'platen' ), __( 'Ask your host to start it.', 'platen' ) ),
			'agent.busy'        => array( __( 'There is too much to do at the moment.', 'platen' ), $again ),
			'outbox.full'       => array( __( 'There is too much to do at the moment.', 'platen' ), $again ),
			'job.deadline'      => array( __( 'The purge took too long and was ended.', 'platen' ), __( 'Purge fewer pages at a time.', 'platen' ) ),
		);
	}

	/**
	 * What is wrong with the site.
	 *
	 * @return array[]
	 */
	private static function of_site(): array {
		$host  = __( 'Tell your host.', 'platen' );
		$error = __( 'Open the page to see what is wrong with it; then purge again.', 'platen' );
		$php   = array( __( 'WordPress itself does not answer, so no new pages could be made. Visitors still get the old ones.', 'platen' ), $host );
		return array(
			'page.stale'            => array( __( 'Visitors still get an old page, although it was purged twice.', 'platen' ), $host ),
			'page.unreachable'      => array( __( 'The page could not be fetched, so nothing proves that it is new.', 'platen' ), $error ),
			'php.unavailable'       => $php,
			'php.timeout'           => $php,
			'php.failed'            => $php,
			'wordpress.maintenance' => array( __( 'WordPress is being updated, so nothing was touched.', 'platen' ), __( 'Purge again when the update is done.', 'platen' ) ),
			'nginx.unavailable'     => array( __( 'The web server does not answer.', 'platen' ), $host ),
			'nginx.no_refresh'      => array( __( 'The web server is not set up for purges.', 'platen' ), __( 'Ask your host to add the lines that “platen-agent doctor” prints.', 'platen' ) ),
			'nginx.unknown_cache'   => array( __( 'The web server keeps pages where the purge may not look for them, so other pages that show the change may still be old.', 'platen' ), $host ),
			'nginx.unknown_key'     => array( __( 'The web server keeps pages under names that the purge can’t read.', 'platen' ), $host ),
			'nginx.too_many'        => array( __( 'The web server keeps so many pages that some could not be looked for.', 'platen' ), $host ),
			'redis.unavailable'     => array( __( 'Redis does not answer.', 'platen' ), $host ),
			'redis.mismatch'        => array( __( 'WordPress uses another Redis than your host allows for.', 'platen' ), $host ),
			'redis.unnamed'         => array( __( 'Your host has not told Platen where WordPress keeps its object cache, so it was left alone.', 'platen' ), $host ),
			'cdn.unavailable'       => array( __( 'The CDN does not answer.', 'platen' ), $host ),
			'cdn.denied'            => array( __( 'The CDN does not let your host’s platform in.', 'platen' ), $host ),
			'cdn.refused'           => array( __( 'The CDN refuses the purge.', 'platen' ), $host ),
			'cdn.unknown_host'      => array( __( 'The CDN knows this site under another name.', 'platen' ), $host ),
			'plugin.missing'        => array( __( 'The agent did not find this plugin inside WordPress.', 'platen' ), $host ),
			'plugin.refused'        => array( __( 'Plugin and agent are of versions that do not fit each other.', 'platen' ), $host ),
		);
	}
}
