<?php
/**
 * Stands in for an agent: answers one request at the socket of its argument with what is on its standard input, and prints what it
 * was asked. Gives up after ten seconds.
 *
 * @package Platen
 */

if ( 'cli' !== PHP_SAPI ) {
	exit;
}

$platen_answer = stream_get_contents( STDIN );
$platen_server = stream_socket_server( 'unix://' . $argv[1] );
echo "listening\n";
$platen_request = stream_socket_accept( $platen_server, 10 );
stream_set_timeout( $platen_request, 10 );
$platen_text = '';
do {
	$platen_text .= fread( $platen_request, 65536 );
	$platen_head  = explode( "\r\n\r\n", $platen_text, 2 );
	preg_match( '/^Content-Length: (\d+)/m', $platen_text, $platen_length );
} while ( ! feof( $platen_request ) && ( ! isset( $platen_head[1] ) || strlen( $platen_head[1] ) < (int) ( $platen_length[1] ?? 0 ) ) );
fwrite( $platen_request, $platen_answer );
fclose( $platen_request );
unlink( $argv[1] );
echo $platen_text;
