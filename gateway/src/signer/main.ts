/** `platen-signer`: the process that holds the root key. It is started by its operator, and reads nothing of the gateway's. */
import { parseArgs } from 'node:util'
import { errorRow, PlatenError, toPlatenError } from '@platen/protocol'
import { GrantOffice, type Decision } from './grant-office.ts'
import { fingerprint, makeRootKey, readRootKey } from './root-key.ts'
import { readSignerPolicy, writeUsualPolicy } from './signer-policy.ts'
import { openSignerServer } from './signer-server.ts'
import { SigningKeys } from './signing-key.ts'

const usage = `platen-signer init --dir DIR                 make the root key and the usual policy
platen-signer root --dir DIR [--json]        print the root's public key, for enrolment bundles
platen-signer run  --dir DIR --socket PATH   sign jobs
`

async function main(args: readonly string[]): Promise<void> {
  const { positionals, values } = parse(args)
  const [command] = positionals
  if (values.help || command === undefined) return void process.stdout.write(usage)
  if (values.dir === undefined) throw new PlatenError('input.invalid', '--dir is missing.')
  if (command === 'init') return init(values.dir, values.json)
  if (command === 'root') return printRoot(readRootKey(values.dir).publicKey, values.json)
  if (command !== 'run') throw new PlatenError('input.invalid', `${command} is no command.`)
  if (values.socket === undefined) throw new PlatenError('input.invalid', '--socket is missing.')
  await run(values.dir, values.socket)
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        dir: { type: 'string' },
        socket: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new PlatenError('input.invalid', `${(error as Error).message}.`, { cause: error })
  }
}

function init(folder: string, json: boolean): void {
  const { publicKey } = makeRootKey(folder)
  writeUsualPolicy(folder)
  printRoot(publicKey, json)
}

function printRoot(publicKey: string, json: boolean): void {
  const root = { signerRoot: publicKey, fingerprint: fingerprint(publicKey) }
  process.stdout.write(json ? `${JSON.stringify(root)}\n` : `root key     ${root.signerRoot}\nfingerprint  ${root.fingerprint}\n`)
}

async function run(folder: string, socket: string): Promise<void> {
  const asked = new Promise<NodeJS.Signals>(resolve => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  const root = readRootKey(folder)
  const office = new GrantOffice(new SigningKeys(root), readSignerPolicy(folder), audit)
  const server = await openSignerServer(socket, office)
  log('signer:ready', { socket, fingerprint: fingerprint(root.publicKey) })
  await asked
  await server.close()
  log('signer:stopped', {})
}

/** One line for each decision: what was signed, or why it was not. */
function audit({ request, refused }: Decision): void {
  log(refused ? 'signer:refused' : 'signer:signed', { ...request, ...(refused ? { refused } : {}) })
}

function log(event: string, members: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), part: 'signer', event, ...members })}\n`)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const { code, message } = toPlatenError(error)
  process.stderr.write(`${code}: ${message} ${errorRow(code).hint}\n`)
  process.exitCode = code === 'input.invalid' ? 2 : 1
}
