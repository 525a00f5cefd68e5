import { parseArgs } from 'node:util'
import { LabError } from '../lab-error.ts'
import type { WordpressVersion } from '../sites/wordpress-source.ts'

/** What `pnpm start` was asked for. */
export interface DemoOptions {
  readonly once: boolean
  readonly json: boolean
  readonly native: boolean
  readonly wordpress: WordpressVersion
  /** Ports of the site and of the gateway. */
  readonly sitePort: number
  readonly gatewayPort: number
}

/** Shown by `--help`. */
export const demoHelp = `Brings up Platen on this machine beside a real WordPress and runs the four jobs.

  npx pnpm start [options]

  --once              stop when the four jobs are done; exit 0 when all succeeded, else 1
  --json              print one line of JSON last, for programs; progress goes to stderr
  --native            run the site on nginx, PHP-FPM, MariaDB and Redis (Debian or Ubuntu, as root)
  --wordpress V       6.1, 6.8 or 7.1 (default: 7.1)
  --site-port N       port of WordPress (default: 8870)
  --gateway-port N    port of the gateway (default: 8871)
  --help              this text
`

const versions: readonly string[] = ['6.1', '6.8', '7.1']

/** Reads the command line. @throws LabError lab.command_failed with what is wrong; answers undefined for `--help`. */
export function demoOptions(args: readonly string[]): DemoOptions | undefined {
  const values = parsed(args)
  if (values.help) return undefined
  if (!versions.includes(values.wordpress)) throw wrong(`--wordpress ${values.wordpress}: one of ${versions.join(', ')} is meant`)
  return {
    once: values.once,
    json: values.json,
    native: values.native,
    wordpress: values.wordpress as WordpressVersion,
    sitePort: port('--site-port', values['site-port']),
    gatewayPort: port('--gateway-port', values['gateway-port']),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        native: { type: 'boolean', default: false },
        wordpress: { type: 'string', default: '7.1' },
        'site-port': { type: 'string', default: '8870' },
        'gateway-port': { type: 'string', default: '8871' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw wrong((error as Error).message)
  }
}

function port(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 65_535) throw wrong(`${name} ${text}: a port from 1 to 65535 is meant`)
  return number
}

function wrong(message: string): LabError {
  return new LabError('lab.command_failed', message, 'See npx pnpm start --help.')
}
