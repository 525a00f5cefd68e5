import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DocumentPolicy } from '@platen/protocol'
import { phpLiteral } from '../sites/php-literal.ts'
import type { NativeSite } from '../sites/native/native-site-type.ts'
import type { WasmSite } from '../sites/wasm/wasm-site.ts'

/** Tells the plugin where its agent is, as a host does: by constants that are there before any plugin. */
export async function tellPlugin(site: NativeSite | WasmSite, { agent }: DocumentPolicy): Promise<void> {
  const folder = join(site.root, 'wp-content', 'mu-plugins')
  const constants = agent.tcp
    ? { PLATEN_AGENT_URL: `http://127.0.0.1:${agent.tcp.port}`, PLATEN_SECRET: agent.tcp.secret }
    : { PLATEN_AGENT_SOCKET: agent.socket, ...(agent.spool === undefined ? {} : { PLATEN_SPOOL: agent.spool }) }
  const lines = Object.entries(constants).map(([constant, value]) => `define( '${constant}', ${phpLiteral(value)} );`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'platen-host.php'), `<?php\n${lines.join('\n')}\n`)
}
