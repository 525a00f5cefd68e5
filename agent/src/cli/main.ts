import { toPlatenError, errorRow, terminalLines, terminalText } from '@platen/protocol'
import { exitCodeOf } from './exit-code.ts'
import { program } from './program.ts'

try {
  await program().parseAsync()
} catch (error) {
  const known = toPlatenError(error)
  process.stderr.write(`platen-agent: ${known.code}: ${terminalText(known.message)}\n${errorRow(known.code).hint}\n`)
  if (known.code === 'internal')
    process.stderr.write(`${terminalLines(String((known.cause as Error | undefined)?.stack ?? known.stack))}\n`)
  process.exitCode = exitCodeOf(known)
}
