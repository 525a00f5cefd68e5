/**
 * `pnpm test`: every check and every test, on real engines. Installs missing engines on Debian and Ubuntu as root;
 * elsewhere the suites that need one are skipped by name, unless PLATEN_ENGINES=required makes that a failure.
 */
import { checks } from './checks.ts'
import { runStages, type Stage } from './stage.ts'

const minute = 60_000

/** Test files of one package; `at once` 1 where they share engines. */
const suite = (name: string, folders: readonly string[], atOnce: number, deadlineMinutes: number): Stage => ({
  name,
  command: [
    process.execPath,
    '--conditions=source',
    '--test',
    `--test-concurrency=${atOnce}`,
    '--test-timeout=300000',
    ...folders.map(folder => `${folder}/**/*.test.ts`),
  ],
  deadlineMs: deadlineMinutes * minute,
})

const engines: Stage = {
  name: 'engines',
  command: [process.execPath, '--conditions=source', 'lab/src/engines/main.ts', '--if-possible'],
  deadlineMs: 10 * minute,
}

const suites: readonly Stage[] = [
  suite('protocol, agent, gateway, bench: unit and conformance', ['protocol/test', 'agent/test', 'gateway/test', 'bench/test'], 2, 10),
  suite('lab: engines and sites', ['lab/test'], 1, 10),
  suite('end to end', ['e2e/test'], 1, 25),
]

process.exitCode = await runStages([engines, ...checks, ...suites])
