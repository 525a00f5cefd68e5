import type { PluginCommands } from '@platen/protocol'

/** Calls the plugin inside WordPress. Answers are checked against the command's schema before they get here. */
export interface PhpChannel {
  /**
   * @throws PlatenError php.unavailable, php.failed, php.timeout, plugin.missing, plugin.refused, wordpress.maintenance
   */
  call<Name extends keyof PluginCommands>(
    command: Name,
    args: PluginCommands[Name]['args'],
    options?: { readonly signal?: AbortSignal; readonly deadlineMs?: number },
  ): Promise<PluginCommands[Name]['value']>
}
