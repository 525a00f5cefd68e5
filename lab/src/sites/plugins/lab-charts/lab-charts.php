<?php
/**
 * Plugin Name: Lab Charts
 * Description: A line chart of the last days (Chart.js, Moment). Fixture of Platen's lab.
 * Version: 0.9.4
 * License: GPL-2.0-or-later
 *
 * @package platen-lab
 */

defined( 'ABSPATH' ) || exit;

add_shortcode(
	'lab_chart',
	static function () {
		wp_enqueue_script( 'lab-moment', plugins_url( 'vendor/moment-with-locales.js', __FILE__ ), array(), '2.31.0', true );
		wp_enqueue_script( 'chart-js', plugins_url( 'vendor/chart.umd.js', __FILE__ ), array( 'lab-moment' ), '4.6.1', true );
		wp_enqueue_script( 'lab-charts', plugins_url( 'assets/charts.js', __FILE__ ), array( 'chart-js' ), '0.9.4', array( 'in_footer' => true, 'strategy' => 'defer' ) );
		wp_localize_script( 'lab-charts', 'labCharts', array( 'values' => array( 12, 19, 9, 17, 22, 30, 26 ), 'locale' => 'en-gb' ) );
		return '<div class="lab-chart" style="height:240px"><canvas></canvas></div>';
	}
);
