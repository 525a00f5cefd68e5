import { createReadStream } from 'node:fs'
import { errorRow, PlatenError, terminalJson, terminalText, type ReceiptAnchor } from '@platen/protocol'
import type { KnownReceipt, ReceiptProblem } from '../../receipts/chain-check.ts'
import { receiptLines } from '../../receipts/receipt-line.ts'
import { parseKnownReceipt, verifyReceipts, type ChainVerdict, type Known, type Verdict } from '../../receipts/verify-receipts.ts'
import { ask, askAll } from '../api.ts'
import { needed, text, type Commands, type Values } from '../command-line.ts'
import { settings, type Settings } from '../settings.ts'

const mostBytes = 67_108_864
const mostProblems = 20
const mostFollowUps = 10
const mostJobs = 1_000
const mostAgents = 20

/** `platen receipts …` */
export const receiptCommands: Commands = {
  verify: {
    description: 'check receipts as `platen-agent receipts --json` prints them; needs no gateway unless --site asks it; exit 0 or 1',
    args: '<file>',
    options: [
      ['--key <key>', 'public key of the agent that you know from elsewhere, any that it had (several: with commas)'],
      ['--anchor <receipt>', 'CHAIN:SEQ:HASH of a receipt that you know of (several: with commas)'],
      ['--site <site>', 'ask the gateway for the keys of this site’s agents, and for the receipts that it knows of'],
    ],
    run: async values => {
      const bytes = await read(needed(values, 'file'))
      const verdict = verifyReceipts(bytes, await knownFrom(values, bytes))
      process.stdout.write(values['json'] === true ? `${terminalJson(verdict)}\n` : verdictText(verdict))
      return verdict.ok ? 0 : 1
    },
  },
}

/** The file, or stdin for `-`. @throws PlatenError input.invalid, input.too_large */
async function read(file: string): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of (file === '-' ? process.stdin : createReadStream(file)) as AsyncIterable<Buffer>) {
      pieces.push(piece)
      length += piece.length
      if (length > mostBytes) throw new PlatenError('input.too_large', `${file} has more than ${mostBytes} bytes.`, { field: 'file' })
    }
  } catch (error) {
    if (error instanceof PlatenError) throw error
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new PlatenError('input.invalid', `${file} cannot be read: ${code}.`, { cause: error, field: 'file' })
  }
  return Buffer.concat(pieces)
}

async function knownFrom(values: Values, bytes: Uint8Array): Promise<Known> {
  const keys = listed(values, 'key')
  if (!keys.every(key => /^[A-Za-z0-9_-]{43}$/.test(key)))
    throw new PlatenError('input.invalid', '--key is 43 base64url characters.', { field: 'key' })
  const receipts = listed(values, 'anchor').map(parseKnownReceipt)
  const site = text(values, 'site')
  if (site === undefined) return { receipts, ...(keys.length > 0 ? { keys } : {}) }
  const asked = settings(values)
  const [theirs, kept] = await Promise.all([keysOf(asked, site, bytes), receiptsOf(asked, site)])
  return { keys: [...keys, ...theirs], receipts: [...receipts, ...kept] }
}

function listed(values: Values, name: string): string[] {
  return text(values, name)?.split(',') ?? []
}

/** Keys of the agents that the receipts name, as far as they are this site's. */
async function keysOf(asked: Settings, site: string, bytes: Uint8Array): Promise<string[]> {
  const agents = new Set([...receiptLines(bytes)].flatMap(({ signed }) => (signed ? [signed.receipt.agent] : [])))
  const found = await Promise.all([...agents].slice(-mostAgents).map(id => agentOf(asked, id)))
  return found.flatMap(agent => (agent?.siteId === site && agent.publicKey !== undefined ? [agent.publicKey] : []))
}

async function agentOf(asked: Settings, id: string): Promise<{ siteId: string; publicKey?: string } | undefined> {
  try {
    return await ask(asked, 'GET', `/v1/agents/${encodeURIComponent(id)}`)
  } catch (error) {
    if (error instanceof PlatenError && error.code === 'agent.not_found') return undefined
    throw error
  }
}

/** Of the newest purges: each receipt binds all that came before it. */
async function receiptsOf(asked: Settings, site: string): Promise<KnownReceipt[]> {
  const query = new URLSearchParams({ siteId: site, kind: 'cache.purge', limit: '100' })
  const jobs = await askAll<{ receipt?: ReceiptAnchor }>(asked, `/v1/jobs?${query.toString()}`, mostJobs)
  return jobs.flatMap(({ receipt }) => (receipt ? [{ chain: receipt.chain, seq: receipt.seq, hash: receipt.hash }] : []))
}

/** A verdict for people: one fact a line. */
export function verdictText({ ok, chains, problems }: Verdict): string {
  const shown = problems.slice(0, mostProblems).map(problemText)
  const more = problems.length > mostProblems ? [`… and ${problems.length - mostProblems} more.`] : []
  const receipts = chains.reduce((sum, chain) => sum + chain.receipts, 0)
  const head = ok
    ? `✔ ${receipts} ${receipts === 1 ? 'receipt' : 'receipts'}: every hash, link and signature fits.`
    : `✖ ${problems.length} of what was checked does not fit:`
  return [head, ...shown, ...more, ...chains.flatMap(chainText), ''].join('\n')
}

function problemText({ code, detail, line, seq }: ReceiptProblem): string {
  const where = [line === undefined ? '' : `line ${line}`, seq === undefined ? '' : `receipt ${seq}`].filter(part => part !== '').join(', ')
  const { meaning, hint } = errorRow(code)
  return `  ${where === '' ? '' : `${where}: `}${code}: ${[meaning, detail, hint].filter(part => part !== '').join(' ')}`
}

function chainText(verdict: ChainVerdict): string[] {
  const { chain, agent, site, from, to, hash, keys, keyKnown, knownTo, begins, followUps } = verdict
  const whose = keyKnown ? 'one of them known' : 'none of them known: name one that you know with --key'
  const kept = from === 1 ? 'from its beginning' : `complete from ${from} on; older ones were let go of, or not exported`
  const tail = knownTo === undefined ? 'none known' : `${knownTo} is known`
  const cut = knownTo === to ? '' : `; whether receipts after ${to} were cut off can’t be told from these alone`
  const facts: [string, string][] = [
    ['chain', chain],
    ['agent', `${agent} of ${site}`],
    ['receipts', `${from} to ${to}, ${kept}`],
    ...(begins === undefined ? [] : ([['begins', terminalText(begins)]] as [string, string][])),
    ...followTexts(followUps).map((text): [string, string] => ['follows', text]),
    ['keys', `${keys.join(', ')} (${whose})`],
    ['anchor', `${tail}${cut}`],
    ['newest', `${chain}:${to}:${hash}`],
  ]
  return ['', ...facts.map(([name, value]) => `${name.padEnd(8)}  ${value}`)]
}

/** The newest of what came later, and how many came before. */
function followTexts(followUps: ChainVerdict['followUps']): string[] {
  const older = followUps.length - mostFollowUps
  const shown = followUps.slice(-mostFollowUps).map(({ seq, follows: { chain, seq: on }, what }) => {
    const followed = chain === undefined ? String(on) : `${chain}:${on}`
    return `${seq} on ${followed}: ${terminalText(what)}`
  })
  return older > 0 ? [`${older} older`, ...shown] : shown
}
