/**
 * Signs that a script looks for the address that it was loaded from, to load more from there: at another address it would not
 * find it. Told by its text, so one that only mentions such a word is left alone as well.
 */
const signs =
  /\bcurrentScript\b|getElementsByTagName\(\s*['"`]script['"`]\s*\)|querySelector(?:All)?\(\s*['"`][^'"`]*\bscript\b|\bdocument\.scripts\b|\bimport\.meta\b/

/** Whether a script may depend on its own address. */
export function isSelfLocating(source: string): boolean {
  return signs.test(source)
}
