/** `pnpm check`: everything that needs no engine and no site: generated files, format, lint, types. */
import { checks } from './checks.ts'
import { runStages } from './stage.ts'

process.exitCode = await runStages(checks)
