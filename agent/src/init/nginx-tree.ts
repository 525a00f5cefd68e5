import { dirname, matchesGlob, resolve } from 'node:path'

/** One directive of an nginx configuration: `name args;` or `name args { children }`. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly children: readonly Directive[]
}

const mostDepth = 20
const token = /#[^\n]*|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([{};])|((?:\$\{[^}]*\}|\\.|[^\s{};"'#\\])(?:\$\{[^}]*\}|\\.|[^\s{};\\])*)/gs

/** Reads one file of an nginx configuration; its includes stay as they are. */
export function parseNginx(text: string): readonly Directive[] {
  const tokens = [...text.matchAll(token)].filter(match => !match[0].startsWith('#'))
  let at = 0
  const block = (): Directive[] => {
    const directives: Directive[] = []
    let words: string[] = []
    for (; at < tokens.length; at++) {
      const match = tokens[at] as RegExpMatchArray
      if (match[3] === '}') return directives
      if (match[3] === ';' || match[3] === '{') {
        const [name, ...args] = words
        words = []
        if (match[3] === '{') at++
        const children = match[3] === '{' ? block() : []
        if (name !== undefined) directives.push({ name, args, children })
      } else {
        words.push(match[1] ?? match[2] ?? (match[4] as string))
      }
    }
    return directives
  }
  return block()
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
  // nginx prints each file once and refuses includes that never end; this bound is for what is no such dump.
  const included = (tree: readonly Directive[], depth: number): readonly Directive[] =>
    tree.flatMap(directive => {
      if (directive.name !== 'include') return [{ ...directive, children: included(directive.children, depth) }]
      const pattern = resolve(dirname(main), directive.args[0] ?? '')
      return depth === 0 ? [] : [...files].filter(([path]) => matchesGlob(path, pattern)).flatMap(([, found]) => included(found, depth - 1))
    })
  return included(files.get(main) ?? [], mostDepth)
}

/** Every directive of a name, at any depth, in order. */
export function directives(tree: readonly Directive[], name: string): Directive[] {
  return tree.flatMap(directive => [...(directive.name === name ? [directive] : []), ...directives(directive.children, name)])
}

/** The first argument of the first directive of a name, at any depth. */
export function firstArg(tree: readonly Directive[], name: string): string | undefined {
  return directives(tree, name)[0]?.args[0]
}
