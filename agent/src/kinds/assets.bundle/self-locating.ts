/**
 * Signs that a script looks for the address that it was loaded from, to load more from there: at another address it would not
 * find it. `import()` resolves against that address, too. Told by its text, so a script that only mentions such a word is left
 * alone as well.
 */
const signs = [
  /\bcurrentScript\b/,
  /getElementsByTagName\(\s*['"`]script['"`]\s*\)/i,
  /querySelector(?:All)?\(\s*['"`][^'"`]*\bscript\b/i,
  // A selector for any library, such as jQuery's.
  /['"`]script\[/i,
  /\bdocument\.scripts\b/,
  /\bimport\.meta\b/,
  /(?<![.\w$])import\s*\(/,
]

/** Whether a script may depend on its own address. */
export function isSelfLocating(source: string): boolean {
  return signs.some(sign => sign.test(source))
}
