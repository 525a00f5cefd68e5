/** One directive of an nginx configuration: `name args;` or `name args { children }`. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly children: readonly Directive[]
}

const token = /#[^\n]*|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([{};])|((?:\$\{[^}]*\}|\\.|[^\s{};"'#\\])(?:\$\{[^}]*\}|\\.|[^\s{};\\])*)/gs

/** Reads what `nginx -T` prints: the whole configuration with its includes resolved, one file after the other. */
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

/** Every directive of a name, at any depth, in order. */
export function directives(tree: readonly Directive[], name: string): Directive[] {
  return tree.flatMap(directive => [...(directive.name === name ? [directive] : []), ...directives(directive.children, name)])
}

/** The first argument of the first directive of a name, at any depth. */
export function firstArg(tree: readonly Directive[], name: string): string | undefined {
  return directives(tree, name)[0]?.args[0]
}
