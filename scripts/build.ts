/** `pnpm build`: `dist/` as a release has it. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { root, runStages, tool } from './stage.ts'

/**
 * Programs that start for every job, or stay where memory counts, each as one file besides what it loads when needed: of the
 * 65 ms that a worker took to start, half went into finding and linking fifty modules.
 */
const programs: readonly { readonly entries: readonly string[]; readonly into: string }[] = [
  { entries: ['agent/src/main.ts', 'agent/src/worker.ts'], into: 'agent/dist/programs' },
  { entries: ['lab/src/fleet/agent-worker.ts'], into: 'lab/dist/fleet' },
]

/** Ours and what is nothing but JavaScript goes in; other packages stay where they are installed. */
const inside = /^(@platen\/|uuid$)/
const packages: Plugin = {
  name: 'packages stay outside',
  setup: building => building.onResolve({ filter: /^[^./]/ }, ({ path }) => (inside.test(path) ? undefined : { path, external: true })),
}

async function bundle({ entries, into }: (typeof programs)[number]): Promise<void> {
  await rm(join(root, into, 'chunks'), { recursive: true, force: true })
  await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outdir: into,
    chunkNames: 'chunks/[name]-[hash]',
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    conditions: ['source'],
    sourcemap: true,
    logLevel: 'warning',
    plugins: [packages],
  })
}

process.exitCode = await runStages([{ name: 'modules and types', command: [tool('tsc'), '-b'], deadlineMs: 5 * 60_000 }])
if (process.exitCode === 0) for (const program of programs) await bundle(program)
