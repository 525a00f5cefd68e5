import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { PlatenError } from '@platen/protocol'
import { runAsOwner } from './owner-command.ts'

/** Where the plugin finds its agent: paths of the agent's own making, without quotes and backslashes. */
export interface AgentPlaces {
  readonly socket: string
  readonly spool: string
}

const pluginName = 'platen'
const packMs = 60_000

/** The plugin inside a WordPress, handled with the rights of who owns its folder. Throws PlatenError file.denied. */
export interface PluginFolder {
  isInstalled(): boolean
  /** Copies the plugin there, in the place of an older one, and tells it where the agent listens and what it reads. */
  install(source: string, places: AgentPlaces): Promise<void>
  remove(): Promise<void>
}

/** The plugin's place below WordPress's own folder. */
export function pluginFolder(root: string): PluginFolder {
  const plugins = join(root, 'wp-content', 'plugins')
  const folder = join(plugins, pluginName)
  const remove = (): Promise<void> => runAsOwner(plugins, '/usr/bin/rm', ['-rf', '--', folder])
  return {
    isInstalled: () => existsSync(folder),
    install: async (source, places) => {
      await remove()
      await unpack(source, plugins)
      await runAsOwner(plugins, '/usr/bin/tee', ['--', join(folder, 'host.php')], Readable.from(hostText(places)))
    },
    remove,
  }
}

function hostText({ socket, spool }: AgentPlaces): string {
  return [
    '<?php',
    '// Written by platen-agent init: where the agent of this site listens, and where it looks for what changed.',
    "defined( 'ABSPATH' ) || exit;",
    `defined( 'PLATEN_AGENT_SOCKET' ) || define( 'PLATEN_AGENT_SOCKET', '${socket}' );`,
    `defined( 'PLATEN_SPOOL' ) || define( 'PLATEN_SPOOL', '${spool}' );`,
    '',
  ].join('\n')
}

/** Root reads the plugin, the folder's owner writes it: neither needs the other's rights. The plugin's tests stay behind. */
async function unpack(source: string, plugins: string): Promise<void> {
  const from = basename(source)
  const packing = [
    '--exclude',
    `${from}/tests`,
    '--exclude',
    `${from}/phpunit*`,
    `--transform=s,^${from},${pluginName},`,
    '--mode=u+rwX,go=rX',
  ]
  const pack = spawn('/usr/bin/tar', ['-c', '-C', dirname(source), ...packing, from], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: AbortSignal.timeout(packMs),
  })
  const packed = new Promise<number | null>((resolve, reject) => {
    pack.once('error', reject).once('close', resolve)
  })
  const unpacking = ['-x', '-C', plugins, '--no-same-owner', '--touch']
  const [code] = await Promise.all([packed, runAsOwner(plugins, '/usr/bin/tar', unpacking, pack.stdout)])
  if (code !== 0) throw new PlatenError('internal', `tar ended with ${code}.`)
}
