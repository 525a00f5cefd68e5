<?php
/**
 * Plugin Name:       Platen
 * Description:       Keeps this site fast and healthy together with Platen's agent: cache purge, image optimizing, CSS and JavaScript, health.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * Author:            The Platen authors
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       platen
 *
 * @package Platen
 */

defined( 'ABSPATH' ) || exit;

if ( defined( 'PLATEN_VERSION' ) ) {
	return;
}

define( 'PLATEN_VERSION', '0.1.0' );
define( 'PLATEN_FILE', __FILE__ );

// Where the host's agent listens elsewhere than this plugin would look, `platen-agent init` says so here.
if ( is_readable( __DIR__ . '/host.php' ) ) {
	require_once __DIR__ . '/host.php';
}

require_once __DIR__ . '/autoload.php';
require_once __DIR__ . '/hooks.php';
