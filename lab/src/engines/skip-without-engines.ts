import { LabError } from '../lab-error.ts'
import { missingEngines } from './engine-list.ts'

/**
 * For a suite's `skip` option: false when all engines are here, else the reason with their names. Where `PLATEN_ENGINES=required` is set
 * (as in CI) a suite must run: throws `lab.engine_missing` instead.
 */
export async function skipWithoutEngines(): Promise<string | false> {
  const missing = await missingEngines()
  if (missing.length === 0) return false
  if (process.env['PLATEN_ENGINES'] === 'required') {
    throw new LabError('lab.engine_missing', `Engines are required and missing: ${missing.join(', ')}`, 'Run `npx pnpm engines` as root.')
  }
  return `missing engines: ${missing.join(', ')} (npx pnpm engines)`
}
