<?php
/**
 * A process that answers as an agent would: php stand-in-agent.php SOCKET LOG ANSWERS
 *
 * ANSWERS is a JSON list of [status, body]; each request gets the next one, and the last one from then on. Requests are written
 * to LOG, a JSON line each.
 *
 * @package Platen
 */

if ( PHP_SAPI !== 'cli' || 4 !== count( $argv ) ) {
	exit;
}
list( , $platen_socket, $platen_log, $platen_answers ) = $argv;
$platen_answers = json_decode( $platen_answers, true );
$platen_server  = stream_socket_server( 'unix://' . $platen_socket );
echo "listening\n";

while ( true ) {
	$platen_stream = stream_socket_accept( $platen_server, 60 );
	if ( ! $platen_stream ) {
		exit;
	}
	$platen_line   = explode( ' ', trim( fgets( $platen_stream ) ) );
	$platen_length = 0;
	do {
		$platen_header = trim( fgets( $platen_stream ) );
		if ( 0 === stripos( $platen_header, 'content-length:' ) ) {
			$platen_length = (int) substr( $platen_header, 15 );
		}
	} while ( '' !== $platen_header );
	$platen_body = $platen_length > 0 ? stream_get_contents( $platen_stream, $platen_length ) : 'null';
	file_put_contents( $platen_log, json_encode( array( $platen_line[0], $platen_line[1], json_decode( $platen_body, true ) ) ) . "\n", FILE_APPEND );
	list( $platen_status, $platen_value ) = count( $platen_answers ) > 1 ? array_shift( $platen_answers ) : $platen_answers[0];
	$platen_json                          = json_encode( $platen_value );
	fwrite( $platen_stream, "HTTP/1.1 $platen_status X\r\nContent-Type: application/json\r\nContent-Length: " . strlen( $platen_json ) . "\r\n\r\n" . $platen_json );
	fclose( $platen_stream );
}
