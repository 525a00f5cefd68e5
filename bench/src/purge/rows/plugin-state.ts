/** PHP around one of lab's plugins. */
export interface PluginState {
  readonly activate: string
  readonly deactivate: string
  /** Makes it so, and prints something where it was not. */
  readonly activated: string
  readonly deactivated: string
}

/** That of a plugin. */
export function pluginState(name: string): PluginState {
  const plugin = `require_once ABSPATH . 'wp-admin/includes/plugin.php'; $plugin = '${name}/${name}.php';`
  const [activate, deactivate] = [`${plugin} activate_plugin( $plugin );`, `${plugin} deactivate_plugins( $plugin );`]
  return {
    activate,
    deactivate,
    activated: `${plugin} if ( ! is_plugin_active( $plugin ) ) { activate_plugin( $plugin ); echo 'activated'; }`,
    deactivated: `${plugin} if ( is_plugin_active( $plugin ) ) { deactivate_plugins( $plugin ); echo 'deactivated'; }`,
  }
}
