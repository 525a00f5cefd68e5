import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** One import statement of a source file. */
export interface Import {
  /** The file, from the repository's root. */
  readonly file: string
  /** What it names: a file from the repository's root, `@platen/…`, `node:…`, or a package. */
  readonly target: string
  readonly typeOnly: boolean
}

const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

/** Every import of the TypeScript sources below `root`, in the folders that are given. */
export function importsOf(root: string, folders: readonly string[]): Import[] {
  return folders
    .flatMap(folder => globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }))
    .flatMap(file => importsIn(file, readFileSync(join(root, file), 'utf8')))
}

function importsIn(file: string, text: string): Import[] {
  return [...text.matchAll(statement)].map(match => ({
    file,
    target: resolved(file, (match[2] ?? match[3]) as string),
    typeOnly: match[1] !== undefined,
  }))
}

function resolved(file: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.normalize(posix.join(dirname(file), specifier)) : specifier
}
