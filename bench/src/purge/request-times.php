<?php
/**
 * Notes how long a request took inside of PHP: from where plugins are loaded to after everything that is done at its end. Put among the
 * site's plugins by record-time.ts.
 *
 * @package platen-bench
 */

/** Microseconds of CPU that this process has used. */
function bench_cpu() {
	$usage = getrusage();
	return 1000000 * ( $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec'] ) + $usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec'];
}

if ( isset( $_SERVER['HTTP_X_BENCH_TIME'] ) ) {
	add_action(
		'muplugins_loaded',
		static function () {
			$cpu  = bench_cpu();
			$from = hrtime( true );
			// Registered after WordPress's own, which is where its hook `shutdown` is called: so it comes after all of that.
			register_shutdown_function(
				static function () use ( $from, $cpu ) {
					$took   = hrtime( true ) - $from;
					$used   = bench_cpu() - $cpu;
					$status = function_exists( 'opcache_get_status' ) ? opcache_get_status( false ) : false;
					$warm   = $status && $status['opcache_enabled'] ? 'warm' : 'cold';
					file_put_contents( dirname( ABSPATH ) . '/tmp/request-times', "{$_SERVER['HTTP_X_BENCH_TIME']} $warm $took $used\n", FILE_APPEND );
				}
			);
		},
		PHP_INT_MAX
	);
}
