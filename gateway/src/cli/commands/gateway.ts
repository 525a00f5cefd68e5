import { join } from 'node:path'
import { defaultData } from '../../config.ts'
import type { StoreChoice } from '../../store-choice.ts'
import { needed, text, type Commands } from '../command-line.ts'

const data = ['--data <dir>', 'where the gateway keeps its store', defaultData] as const
const storeFile = ['--store-file <file>', 'file with the URL of a MongoDB database, to keep the store there'] as const

/** `platen gateway …` */
export const gatewayCommands: Commands = {
  init: {
    description: 'make the store with its first account; prints an admin token, once',
    options: [data, storeFile, ['--account <name>', 'name of the account', 'default']],
    run: async values => {
      const { initGateway } = await import('../../init.ts')
      const made = await initGateway(choiceOf(values), needed(values, 'account'))
      process.stdout.write(values['json'] === true ? `${JSON.stringify(made)}\n` : `admin token (shown once): ${made.token}\n`)
      return 0
    },
  },
  run: {
    description: 'run the gateway in the foreground, until SIGTERM or Ctrl-C',
    options: [
      data,
      storeFile,
      ['--host <host>', 'address to listen at', '127.0.0.1'],
      ['--port <n>', 'port to listen at', '8871'],
      ['--name <name>', 'what agents know this gateway as', 'platen'],
      ['--signer <socket>', 'the signer’s Unix socket (default: signer.sock in the data folder)'],
      ['--trust-proxy <addresses>', 'proxies in front whose X-Forwarded-For is believed, by commas', ''],
      ['--keep-days <n>', 'how long jobs are kept that have ended', '30'],
      ['--cdn <file>', 'file with the accounts under which CDNs are purged, see docs/operations.md'],
      ['--metrics <host:port>', 'where GET /metrics is answered for Prometheus, without a token; nowhere without this'],
      ['--log <level>', 'debug, info, warn or error', 'info'],
    ],
    run: async values => {
      const { runGateway } = await import('../../main.ts')
      const folder = needed(values, 'data')
      return runGateway({
        ...choiceOf(values),
        host: needed(values, 'host'),
        port: Number(values['port']),
        name: needed(values, 'name'),
        signerSocket: text(values, 'signer') ?? join(folder, 'signer.sock'),
        trustProxy: needed(values, 'trustProxy'),
        logLevel: needed(values, 'log'),
        keepDays: Number(values['keepDays']),
        ...(text(values, 'cdn') === undefined ? {} : { cdnFile: needed(values, 'cdn') }),
        ...(text(values, 'metrics') === undefined ? {} : { metrics: needed(values, 'metrics') }),
      })
    },
  },
}

function choiceOf(values: Parameters<typeof text>[0]): StoreChoice {
  const file = text(values, 'storeFile')
  return { data: needed(values, 'data'), ...(file === undefined ? {} : { storeFile: file }) }
}
