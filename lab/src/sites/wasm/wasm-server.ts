/**
 * The process that serves WordPress under PHP compiled to WebAssembly: a child of lab's, which speaks to it over IPC.
 * It ends when its parent does (the channel closes), and fetches nothing: WordPress is mounted, SQLite's driver is in the package.
 */
import * as cli from '@wp-playground/cli'
import type { FromWasmServer, ToWasmServer, WasmServerOptions } from './wasm-messages.ts'

/** What of Playground is used here: its own declarations name files without extension, which TypeScript's nodenext can't follow. */
interface Playground {
  runCLI(options: Readonly<Record<string, unknown>>): Promise<PlaygroundServer>
}

interface PlaygroundServer {
  readonly playground: { run(request: { readonly code: string }): Promise<{ readonly text: string }> }
}

/** Each costs about 300 MB; one would let a page that waits for another page of the site wait for ever. */
const workers = 3

function tell(message: FromWasmServer): void {
  process.send?.(message)
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function start(options: WasmServerOptions): Promise<PlaygroundServer> {
  return (cli as unknown as Playground).runCLI({
    command: 'server',
    php: '8.3',
    port: options.port,
    'site-url': options.siteUrl,
    'mount-before-install': [{ hostPath: options.root, vfsPath: '/wordpress' }],
    wordpressInstallMode: 'do-not-attempt-installing',
    verbosity: 'quiet',
    login: false,
    intl: false,
    redis: false,
    memcached: false,
    workers,
  })
}

async function runPhp(server: PlaygroundServer, message: ToWasmServer): Promise<void> {
  try {
    const answer = await server.playground.run({ code: message.code })
    tell({ type: 'php', id: message.id, text: answer.text })
  } catch (error) {
    tell({ type: 'php-failed', id: message.id, message: textOf(error) })
  }
}

process.once('disconnect', () => process.exit(0))
process.once('SIGTERM', () => process.exit(0))

try {
  const options = JSON.parse(process.argv[2] ?? '{}') as WasmServerOptions
  const server = await start(options)
  // Playground answers its very first request with a redirect that clears cookies; no visitor is to see that one.
  await fetch(`http://127.0.0.1:${options.port}/wp-includes/images/blank.gif`, { redirect: 'manual' })
  process.on('message', (message: ToWasmServer) => void runPhp(server, message))
  tell({ type: 'ready' })
} catch (error) {
  tell({ type: 'failed', message: textOf(error) })
  process.exitCode = 1
}
