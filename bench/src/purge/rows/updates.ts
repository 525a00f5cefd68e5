import { byPhp, type Row } from '../row.ts'
import { pluginState } from './plugin-state.ts'

/**
 * PHP that puts another version of a file in its place and says so as WordPress's upgrader does. From the command line, as WP-CLI: PHP-FPM
 * is not told, and finds out about the new file by itself.
 */
function update(file: string, before: string, after: string, done: string): string {
  return `$file = ${file}; $old = file_get_contents( $file ); $new = str_replace( ${before}, ${after}, $old ); lab_done( $new !== $old );
lab_done( file_put_contents( "$file.new", $new ) ); lab_done( rename( "$file.new", $file ) );
do_action( 'upgrader_process_complete', null, array( 'action' => 'update', ${done} ) );`
}

/** Another version of a plugin that stands on every page. */
export const pluginUpdate: Row = byPhp(
  'plugin-update',
  update(
    `WP_PLUGIN_DIR . '/lab-notice/lab-notice.php'`,
    `"echo '<p>'"`,
    `"echo '<p>Note: '"`,
    `'type' => 'plugin', 'bulk' => true, 'plugins' => array( 'lab-notice/lab-notice.php' )`,
  ),
  { before: pluginState('lab-notice').activated },
)

/** Another version of WordPress, which names it in pages and feeds. */
export const coreUpdate: Row = byPhp(
  'core-update',
  update(
    `ABSPATH . WPINC . '/version.php'`,
    `"'" . get_bloginfo( 'version' ) . "'"`,
    `"'" . get_bloginfo( 'version' ) . ".9'"`,
    `'type' => 'core'`,
  ),
)

/** Another version of the theme. */
export const themeUpdate: Row = byPhp(
  'theme-update',
  update(
    `get_stylesheet_directory() . '/index.php'`,
    `'</body>'`,
    `'<p>Version two</p></body>'`,
    `'type' => 'theme', 'bulk' => true, 'themes' => array( get_stylesheet() )`,
  ),
  { theme: 'lab-classic' },
)
