import { terminalText, type ReceiptSigned } from '@platen/protocol'
import { readPolicy } from '../config/policy-file.ts'
import type { ReceiptBody } from '../domain/receipt.ts'
import { controlClient, type ControlClient } from './control-client.ts'

/** Which receipts are wanted, and for whom. */
export interface ReceiptsWanted {
  /** The first number, of the newest chain. */
  readonly since?: number
  readonly json: boolean
}

/** `platen-agent receipts`: what the running agent has on record. @throws PlatenError agent.unavailable, privilege.missing */
export async function receiptsCommand(policyPath: string, { since, json }: ReceiptsWanted): Promise<void> {
  const lines = linesSince(await allLines(controlClient(readPolicy(policyPath).agent.control)), since)
  process.stdout.write(json ? lines.map(line => `${line}\n`).join('') : receiptsText(lines.map(read)))
}

/** All of them: an agent keeps a few MiB at most. */
async function allLines(agent: Pick<ControlClient, 'receipts'>): Promise<string[]> {
  const lines: string[] = []
  for (let from: number | undefined = 0; from !== undefined;) {
    const page = await agent.receipts(from)
    lines.push(...page.lines)
    from = page.next
  }
  return lines
}

/** Those of the newest chain from a number on; all of all chains where none is said. */
export function linesSince(lines: readonly string[], since: number | undefined): readonly string[] {
  const newest = lines.at(-1)
  if (since === undefined || newest === undefined) return lines
  const { chain } = read(newest).receipt
  return lines.filter(line => {
    const { receipt } = read(line)
    return receipt.chain === chain && receipt.seq >= since
  })
}

/** Receipts for people: one a row, and what it takes to check them. */
export function receiptsText(receipts: readonly ReceiptSigned[]): string {
  const last = receipts.at(-1)
  if (!last) return 'No receipts yet: each cache purge of an enrolled agent leaves one.\n'
  const rows = [['RECEIPT', 'WHEN', 'JOB', 'OUTCOME', 'PAGES', 'WHAT'], ...receipts.map(({ receipt }) => rowOf(receipt))]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const table = rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const { chain, seq, key } = last.receipt
  return [...table, '', `Signed by ${key}`, `Newest    ${chain}:${seq}:${last.hash}`, ''].join('\n')
}

function rowOf(receipt: ReceiptBody): string[] {
  const when = new Date(receipt.at).toISOString()
  const row = (job: string, outcome: string, pages: string, what: string): string[] => [
    String(receipt.seq),
    when,
    job,
    outcome,
    pages,
    terminalText(what),
  ]
  switch (receipt.type) {
    case 'start':
      return row('–', 'chain begins', '–', receipt.what)
    case 'key':
      return row('–', 'new key', '–', `Signed by ${receipt.next} from here on.`)
    case 'run':
      return row(receipt.job, receipt.code ?? receipt.outcome, pagesText(receipt.pages), receipt.what)
    case 'follow':
      return row(receipt.job, `follows ${followedName(receipt)}`, '–', receipt.what)
  }
}

/** By its number alone where it is in the same chain. */
function followedName({ follows }: ReceiptBody & { type: 'follow' }): string {
  return follows.chain === undefined ? String(follows.seq) : `${follows.chain}:${follows.seq}`
}

function pagesText({ sample: _sample, cdn, ...count }: (ReceiptBody & { type: 'run' })['pages']): string {
  return [countText(count), ...(cdn ? [`CDN ${countText(cdn)}`] : [])].join('; ')
}

function countText(count: Readonly<Record<string, number>>): string {
  const words = Object.entries(count)
    .filter(([, pages]) => pages > 0)
    .map(([state, pages]) => `${pages} ${state}`)
  return words.length === 0 ? '–' : words.join(', ')
}

function read(line: string): ReceiptSigned {
  return JSON.parse(line) as ReceiptSigned
}
