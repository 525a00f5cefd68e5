<?php
/**
 * The header by which the CDN finds a page.
 *
 * @package Platen
 */

namespace Platen\Cdn;

use Platen\Record\Visit;

defined( 'ABSPATH' ) || exit;

/**
 * Sent with pages, feeds and answers of the REST API that others than the visitor may be given, where the agent said that there is a CDN. nginx
 * keeps it with its copy; Cloudflare takes it off before visitors get the page.
 */
final class Cache_Tag {
	/** Tags with commas between them. */
	const HEADER = 'Cache-Tag';

	/**
	 * The main query is made, and nothing was sent yet.
	 */
	public static function action_wp() {
		$prefix = self::prefix();
		$query  = $GLOBALS['wp_query'] ?? null;
		if ( '' !== $prefix && $query instanceof \WP_Query && ! headers_sent() ) {
			header( self::HEADER . ': ' . self::value( $prefix, Main_Query::names( $query ) ), false );
		}
	}

	/**
	 * An answer of the REST API is about to be sent.
	 *
	 * @param mixed            $response The answer.
	 * @param \WP_REST_Server  $server   The server.
	 * @param \WP_REST_Request $request  What was asked.
	 * @return mixed
	 */
	public static function filter_rest_post_dispatch( $response, $server, $request ) {
		$prefix = self::prefix();
		if ( '' !== $prefix && $response instanceof \WP_REST_Response && $request instanceof \WP_REST_Request ) {
			$response->header( self::HEADER, self::value( $prefix, Rest_Answer::names( $request, $response->get_data() ) ), false );
		}
		return $response;
	}

	/**
	 * The tags of these names, and that of every page.
	 *
	 * @param string   $prefix Of the site.
	 * @param string[] $names  Of what is shown.
	 */
	public static function value( string $prefix, array $names ): string {
		$tags = array();
		foreach ( Names::fold( array_merge( array( Names::SITE ), $names ) ) as $name ) {
			$tags[] = $prefix . Names::tag( $name );
		}
		return implode( ',', $tags );
	}

	/**
	 * The prefix of the site's tags; empty where the answer is to have none.
	 */
	private static function prefix(): string {
		return Visit::is_of_somebody() ? '' : Prefix::present();
	}
}
