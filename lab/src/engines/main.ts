/**
 * `pnpm engines [--json] [--if-possible]`: installs what the suites and benches on real engines need, and says what is there.
 * With `--if-possible` a system where it can't install them is no failure, unless PLATEN_ENGINES=required.
 */
import { explain, LabError } from '../lab-error.ts'
import { engines, missingEngines } from './engine-list.ts'
import { installEngines } from './install-engines.ts'

const optional = process.argv.includes('--if-possible') && process.env['PLATEN_ENGINES'] !== 'required'
const asJson = process.argv.includes('--json')
const say = (text: string): void => void process.stderr.write(`${text}\n`)

function report(): void {
  const rows = engines.map(entry => ({ package: entry.package, purpose: entry.purpose, found: entry.find() ?? null }))
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ missing: rows.filter(row => !row.found).map(row => row.package), engines: rows })}\n`)
    return
  }
  for (const row of rows) process.stdout.write(`${row.package.padEnd(18)}${(row.found ?? 'MISSING').padEnd(52)}${row.purpose}\n`)
}

try {
  const missing = await missingEngines()
  if (missing.length > 0) {
    say(
      `Platen's lab needs these Debian packages and will install them with apt-get; none of their services is started: ${missing.join(', ')}`,
    )
    await installEngines(missing, say)
  }
  report()
} catch (error) {
  report()
  say(explain(error))
  const impossible = error instanceof LabError && (error.code === 'lab.platform_unsupported' || error.code === 'lab.not_root')
  process.exitCode = impossible ? (optional ? 0 : 3) : 1
}
