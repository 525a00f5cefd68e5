/** What wp-config.php says about the database, where it says it in plain words. */
export interface WpConfig {
  /** Constants that are defined as a string literal, by the first definition, which is the one that PHP keeps. */
  readonly constants: ReadonlyMap<string, string>
  readonly tablePrefix: string | undefined
}

type Token = { readonly kind: 'text'; readonly value: string } | { readonly kind: 'word' | 'mark'; readonly value: string }

/** What PHP's text may be at a place, as PHP itself ends it. Each pattern is linear: the file may be hostile. */
const patterns = {
  space: /\s+/y,
  lineComment: /(?:\/\/|#(?!\[))[^\r\n?]*(?:\?(?!>)[^\r\n?]*)*/y,
  blockComment: /\/\*[\s\S]*?\*\//y,
  heredoc: /<<<[ \t]*(["']?)([A-Za-z_]\w*)\1\r?\n(?:[\s\S]*?\n)??[ \t]*\2\b/y,
  single: /'([^'\\]*(?:\\[\s\S][^'\\]*)*)'/y,
  double: /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y,
  word: /\$?[A-Za-z_\x80-\uFFFF][\w\x80-\uFFFF]*/y,
  close: /\?>/y,
} as const
const opening = /<\?(?:php(?=\s|$)|=)/gi
/** How a comment or a text begins. Where one never ends PHP refuses the file, and nothing after it is looked at. */
const unended = /\/\*|['"]|<<<[ \t]*["']?[A-Za-z_]/y

/**
 * Reads wp-config.php without running it. Values that PHP would have to compute (getenv, concatenation, variables in double
 * quotes) are not there: whoever needs one says so.
 */
export function readWpConfig(source: string): WpConfig {
  const tokens = tokensOf(source)
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

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = []
  let at = afterOpening(source, 0)
  while (at < source.length) {
    const [length, token] = next(source, at)
    if (length === 0) break
    if (token) tokens.push(token)
    at = matchAt(patterns.close, source, at) ? afterOpening(source, at + length) : at + length
  }
  return tokens
}

/** Where PHP begins after a place that is outside of it; the end of the source where it does not. */
function afterOpening(source: string, from: number): number {
  return matchAt(opening, source, from) ? opening.lastIndex : source.length
}

/** Length of what is at a place, and the token that it is, if any. Length 0: it never ends. */
function next(source: string, at: number): readonly [number, Token?] {
  const skipped =
    matchAt(patterns.space, source, at) ?? matchAt(patterns.lineComment, source, at) ?? matchAt(patterns.blockComment, source, at)
  if (skipped) return [skipped[0].length]
  const heredoc = matchAt(patterns.heredoc, source, at)
  if (heredoc) return [heredoc[0].length, { kind: 'mark', value: 'computed' }]
  const single = matchAt(patterns.single, source, at)
  if (single) return [single[0].length, { kind: 'text', value: (single[1] as string).replaceAll(/\\([\\'])/g, '$1') }]
  const double = matchAt(patterns.double, source, at)
  if (double) return [double[0].length, doubleQuoted(double[1] as string)]
  const word = matchAt(patterns.word, source, at)
  if (word) return [word[0].length, { kind: 'word', value: word[0] }]
  if (matchAt(patterns.close, source, at)) return [2, { kind: 'mark', value: ';' }]
  return matchAt(unended, source, at) ? [0] : [1, { kind: 'mark', value: source.charAt(at) }]
}

/** With a variable or a character code inside it is computed, and nothing that a password needs. */
function doubleQuoted(inner: string): Token {
  const apart = inner.replaceAll('\\\\', ' ')
  if (/(?<!\\)\$[A-Za-z_{\x80-\uFFFF]|\\[ntrvef0-7xu]/.test(apart)) return { kind: 'mark', value: 'computed' }
  return { kind: 'text', value: inner.replaceAll(/\\([\\"$])/g, '$1') }
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(source)
}
