import { tool, type Stage } from './stage.ts'

const minute = 60_000

/** The static checks, cheapest first. */
export const checks: readonly Stage[] = [
  {
    name: 'generated files are up to date',
    command: [process.execPath, '--conditions=source', 'protocol/build/generate.ts', '--check'],
    deadlineMs: 2 * minute,
  },
  { name: 'format', command: [tool('oxfmt'), '--check', '.'], deadlineMs: minute },
  { name: 'lint', command: [tool('oxlint'), '--type-aware', '--deny-warnings'], deadlineMs: 3 * minute },
  { name: 'types', command: [tool('tsc'), '-b'], deadlineMs: 5 * minute },
]
