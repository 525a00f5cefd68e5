/** A JavaScript value as a PHP literal: strings in single quotes, so that nothing in them is interpreted. */
export function phpLiteral(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
