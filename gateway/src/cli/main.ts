import { errorRow, terminalLines, terminalText, toPlatenError } from '@platen/protocol'
import { program } from './program.ts'

/** Codes that are the caller's mistake: exit code 2, as for a wrong option. */
const badInput = new Set(['input.invalid', 'input.too_large', 'kind.unknown', 'url.invalid', 'enrol.bundle_invalid', 'cursor.invalid'])

try {
  await program().parseAsync()
} catch (error) {
  const known = toPlatenError(error)
  process.stderr.write(`platen: ${known.code}: ${terminalText(known.message)}\n${errorRow(known.code).hint}\n`)
  if (known.code === 'internal')
    process.stderr.write(`${terminalLines(String((known.cause as Error | undefined)?.stack ?? known.stack))}\n`)
  process.exitCode = badInput.has(known.code) ? 2 : 1
}
