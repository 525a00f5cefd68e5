import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importsOf, type Import } from './imports.ts'

/** Files of a package that compose: they may import every room of it. */
const composers: Readonly<Record<string, readonly RegExp[]>> = {
  agent: [/^agent\/src\/(main|worker|launcher|index|worker-index|decoders)\.ts$/, /^agent\/src\/cli\//],
  gateway: [/^gateway\/src\/(main|init|index|store-choice|decoders)\.ts$/, /^gateway\/src\/cli\//, /^gateway\/src\/signer\/main\.ts$/],
}

/** Packages of ours that each package may import. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  agent: ['protocol'],
  gateway: ['protocol'],
  lab: ['protocol', 'agent', 'gateway'],
  e2e: ['protocol', 'agent', 'gateway', 'lab'],
  bench: ['protocol', 'agent', 'gateway', 'lab'],
}

/** What the sources below `root` do against the layers, one sentence each; empty where all is well. */
export function layerViolations(root: string): string[] {
  const imports = importsOf(
    root,
    Object.keys(mayImport).map(name => `${name}/src`),
  )
  return [
    ...imports.flatMap(entry => [...packageViolations(entry), ...roomViolations(entry), ...pureViolations(entry)]),
    ...doorViolations(imports),
    ...disabledChecks(root),
  ]
}

/** Agent and gateway never see each other; protocol sees nothing; nobody reaches past a package's door. */
function packageViolations({ file, target }: Import): string[] {
  const from = packageOf(file)
  const to = target.startsWith('@platen/') ? target.split('/')[1] : isFile(target) ? packageOf(target) : undefined
  if (to === undefined || to === from) return []
  if (isFile(target)) return [`${file} reaches into ${target}: import @platen/${to} instead`]
  return mayImport[from as string]?.includes(to as string) ? [] : [`${file} imports @platen/${to}: ${from} may not see ${to}`]
}

/** Rooms see domain, ports and themselves; only composition roots see more. */
function roomViolations({ file, target }: Import): string[] {
  const name = packageOf(file)
  if (!(name in composers) || !isFile(target) || packageOf(target) !== name) return []
  if (composers[name]?.some(pattern => pattern.test(file))) return []
  const from = roomOf(file)
  const to = roomOf(target)
  if (from === to || to === 'domain' || (to === 'ports' && from !== 'domain')) return []
  return [`${file} imports ${target}: ${from || 'a file at the top'} may import domain and ports only; compose it in main`]
}

/** protocol and every domain do no I/O. */
function pureViolations({ file, target }: Import): string[] {
  const pure = file.startsWith('protocol/src/') || /^(agent|gateway)\/src\/(domain|ports)\//.test(file)
  return pure && target.startsWith('node:') ? [`${file} imports ${target}: it has to stay pure`] : []
}

/** A third-party package enters a package of ours by one file. Types may be named anywhere. */
function doorViolations(imports: readonly Import[]): string[] {
  const doors = new Map<string, Set<string>>()
  for (const { file, target, typeOnly } of imports) {
    if (typeOnly || isFile(target) || target.startsWith('node:') || target.startsWith('@platen/')) continue
    // protocol's TypeBox sources are one body of schemas, read at build time only.
    if (target === 'typebox' && file.startsWith('protocol/src/')) continue
    const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] as string)
    const key = `${packageOf(file)} ${name}`
    doors.set(key, (doors.get(key) ?? new Set()).add(file))
  }
  return [...doors]
    .filter(([, files]) => files.size > 1)
    .map(([key, files]) => `${key} enters by ${files.size} files: ${[...files].join(', ')}`)
}

/** The rules may not be switched off. */
function disabledChecks(root: string): string[] {
  const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as {
    overrides?: { files: string[]; rules: Record<string, unknown> }[]
  }
  const held = new Set(config.overrides?.filter(entry => Array.isArray(entry.rules['no-restricted-imports'])).flatMap(entry => entry.files))
  const wanted = ['protocol/src/**', 'agent/**', 'gateway/**', 'agent/src/domain/**', 'gateway/src/domain/**']
  return wanted.filter(files => !held.has(files)).map(files => `.oxlintrc.json no longer restricts the imports of ${files}`)
}

function isFile(target: string): boolean {
  return /^(protocol|agent|gateway|lab|e2e|bench)\//.test(target)
}

function packageOf(path: string): string {
  return path.split('/')[0] as string
}

/** `agent/src/link/session.ts` → `link`; a kind is a room of its own. */
function roomOf(path: string): string {
  const [, , room, kind, ...rest] = path.split('/')
  if (kind === undefined) return ''
  return room === 'kinds' && rest.length > 0 ? `kinds/${kind}` : (room as string)
}
