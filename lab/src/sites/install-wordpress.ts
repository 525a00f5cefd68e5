import { administrator } from './site-options.ts'
import { phpLiteral } from './php-literal.ts'

/** PHP that installs WordPress into its empty database; WP_INSTALLING must be defined before WordPress is loaded. */
export function installPhp(title: string): string {
  const text = [title, administrator.user, 'admin@example.test'].map(phpLiteral).join(', ')
  return `require_once ABSPATH . 'wp-admin/includes/upgrade.php';
if ( ! is_blog_installed() ) {
  wp_install( ${text}, true, '', ${phpLiteral(administrator.password)} );
}
update_option( 'permalink_structure', '/%postname%/' );
update_option( 'blogdescription', 'A site to try things on' );
flush_rewrite_rules( false );
echo 'installed';`
}

/** PHP that activates plugins by folder name and says which main file each has. */
export function activatePhp(names: readonly string[]): string {
  const list = names.map(phpLiteral).join(', ')
  return `require_once ABSPATH . 'wp-admin/includes/plugin.php';
wp_clean_plugins_cache( false );
foreach ( array( ${list} ) as $name ) {
  $files = array_keys( get_plugins( '/' . $name ) );
  if ( ! $files ) { fwrite( STDERR, "no plugin in $name" ); exit( 1 ); }
  $error = activate_plugin( $name . '/' . $files[0] );
  if ( is_wp_error( $error ) ) { fwrite( STDERR, $error->get_error_message() ); exit( 1 ); }
}
echo 'activated';`
}
