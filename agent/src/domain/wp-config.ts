/** What wp-config.php says about the database, where it says it in plain words. */
export interface WpConfig {
  /** Constants that are defined as a string literal, by the first definition, which is the one that PHP keeps. */
  readonly constants: ReadonlyMap<string, string>
  readonly tablePrefix: string | undefined
}

type Token = { readonly kind: 'text'; readonly value: string } | { readonly kind: 'word' | 'mark'; readonly value: string }

/** Comments and spaces; single-quoted; double-quoted; names and variables; anything else, one character a time. */
const pattern =
  /(?:\/\/|#(?!\[))[^\n]*?(?=\n|\?>|$)|\/\*[\s\S]*?(?:\*\/|$)|\s+|'((?:\\[\s\S]|[^'\\])*)'|"((?:\\[\s\S]|[^"\\])*)"|(\$?[A-Za-z_\x80-\uFFFF][\w\x80-\uFFFF]*)|([\s\S])/g

/**
 * Reads wp-config.php without running it. Values that PHP would have to compute (getenv, concatenation, variables in double
 * quotes) are not there: whoever needs one says so.
 */
export function readWpConfig(source: string): WpConfig {
  const tokens = phpParts(source).flatMap(tokensOf)
  const constants = new Map<string, string>()
  let tablePrefix: string | undefined
  for (let at = 0; at < tokens.length; at++) {
    const [name, value] = definition(tokens, at) ?? []
    if (name !== undefined && value !== undefined && !constants.has(name)) constants.set(name, value)
    tablePrefix = prefix(tokens, at) ?? tablePrefix
  }
  return { constants, tablePrefix }
}

/** `define ( 'NAME' , 'VALUE'` up to `)` or a third argument. */
function definition(tokens: readonly Token[], at: number): readonly [string, string] | undefined {
  const [call, open, name, comma, value, end] = tokens.slice(at, at + 6)
  const isCall = call?.kind === 'word' && call.value.toLowerCase() === 'define' && open?.value === '(' && open.kind === 'mark'
  if (!isCall || name?.kind !== 'text' || comma?.value !== ',' || value?.kind !== 'text') return undefined
  return end?.kind === 'mark' && [')', ','].includes(end.value) ? [name.value, value.value] : undefined
}

/** `$table_prefix = 'VALUE' ;` */
function prefix(tokens: readonly Token[], at: number): string | undefined {
  const [variable, equals, value, end] = tokens.slice(at, at + 4)
  const isAssignment = variable?.kind === 'word' && variable.value === '$table_prefix' && equals?.value === '=' && equals.kind === 'mark'
  return isAssignment && value?.kind === 'text' && end?.kind === 'mark' && end.value === ';' ? value.value : undefined
}

/** What lies between `<?php` and `?>`; the end of the file closes as well. */
function phpParts(source: string): readonly string[] {
  return source
    .split(/<\?(?:php|=)/i)
    .slice(1)
    .map(part => part.split('?>')[0] as string)
}

function tokensOf(php: string): readonly Token[] {
  return [...php.matchAll(pattern)].flatMap(([, single, double, word, mark]): Token[] => {
    if (single !== undefined) return [{ kind: 'text', value: single.replaceAll(/\\([\\'])/g, '$1') }]
    // With a variable inside it is computed; with other escapes than these it is nothing that a password needs.
    if (double !== undefined)
      return /(?<!\\)(?:\\\\)*\$|\\[^\\"$]/.test(double)
        ? [{ kind: 'mark', value: 'computed' }]
        : [{ kind: 'text', value: double.replaceAll(/\\([\\"$])/g, '$1') }]
    if (word !== undefined) return [{ kind: 'word', value: word }]
    return mark === undefined ? [] : [{ kind: 'mark', value: mark }]
  })
}
