import { dirname, matchesGlob, resolve } from 'node:path'

/** One directive of an nginx configuration: `name args;` or `name args { children }`. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly children: readonly Directive[]
}

/** Blocks within blocks, and directives in all: what nginx reads has fewer, and what it would not read may have any. */
const mostNesting = 50
const mostDirectives = 100_000
/** No path is longer (PATH_MAX of Linux), and `matchesGlob` throws at patterns of 64 KiB. */
const longestPattern = 4_096
const token =
  /#[^\n]*|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([{};])|((?:\$\{\w{1,100}\}|\\.|[^\s{};"'#\\])(?:\$\{\w{1,100}\}|\\.|[^\s{};\\])*)/gs

/** Reads one file of an nginx configuration; its includes stay as they are, and what is nested beyond any sense is left out. */
export function parseNginx(text: string): readonly Directive[] {
  const root: Directive[] = []
  const open: Directive[][] = [root]
  let words: string[] = []
  for (const match of text.matchAll(token)) {
    if (match[0].startsWith('#')) continue
    const mark = match[3]
    if (mark === undefined) {
      words.push(match[1] ?? match[2] ?? (match[4] as string))
      continue
    }
    const [name, ...args] = words
    const children: Directive[] = []
    words = []
    if (mark !== '}' && name !== undefined && open.length <= mostNesting) open.at(-1)?.push({ name, args, children })
    if (mark === '{') open.push(children)
    // A brace too many ends nothing more than there is.
    else if (mark === '}' && open.length > 1) open.pop()
  }
  return root
}

/**
 * Reads what `nginx -T` prints: the main file first, each file under a line with its path. Includes are put in their places,
 * by patterns that are relative to the main file's folder.
 */
export function parseNginxDump(dump: string): readonly Directive[] {
  const [, ...parts] = dump.split(/^# configuration file (.+):$/m)
  const files = new Map<string, readonly Directive[]>()
  for (let at = 0; at + 1 < parts.length; at += 2) files.set(parts[at] as string, parseNginx(parts[at + 1] as string))
  const main = parts[0] ?? ''
  const matched = new Map<string, readonly string[]>()
  const filesOf = (pattern: string): readonly string[] => {
    if (pattern.length > longestPattern) return []
    const known = matched.get(pattern) ?? [...files.keys()].filter(path => matchesGlob(path, pattern))
    matched.set(pattern, known)
    return known
  }
  let left = mostDirectives
  /** The directives of a file that stands within others; none where it is one of them, which nginx would refuse. */
  const read = (path: string, within: readonly string[]): readonly Directive[] =>
    within.includes(path) ? [] : included(files.get(path) ?? [], [...within, path])
  const included = (tree: readonly Directive[], within: readonly string[]): readonly Directive[] =>
    tree.flatMap(directive => {
      left -= 1
      if (left < 0) return []
      if (directive.name !== 'include') return [{ ...directive, children: included(directive.children, within) }]
      return filesOf(resolve(dirname(main), directive.args[0] ?? '')).flatMap(path => read(path, within))
    })
  return read(main, [])
}

/** Every directive of a name, at any depth, in order. */
export function directives(tree: readonly Directive[], name: string): Directive[] {
  return tree.flatMap(directive => [...(directive.name === name ? [directive] : []), ...directives(directive.children, name)])
}

/** The first argument of the first directive of a name, at any depth. */
export function firstArg(tree: readonly Directive[], name: string): string | undefined {
  return directives(tree, name)[0]?.args[0]
}
