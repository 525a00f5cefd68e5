import { terminalJson, terminalText } from '@platen/protocol'

/** Rows as aligned columns under headings; what agents and sites say can't move the cursor. */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [headings, ...rows.map(row => row.map(cell))]
  const widths = headings.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  const lines = cells.map(row =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '–'
  return terminalText(typeof value === 'string' ? value : JSON.stringify(value))
}

/** Prints a list as a table for people or as JSON for programs. */
export function printList<T>(
  json: unknown,
  items: readonly T[],
  headings: readonly string[],
  row: (item: T) => readonly unknown[],
): number {
  process.stdout.write(json === true ? `${terminalJson({ items })}\n` : table(headings, items.map(row)))
  return 0
}

/** Prints one thing as `name  value` lines or as JSON. */
export function printOne(json: unknown, item: Readonly<Record<string, unknown>>): number {
  if (json === true) process.stdout.write(`${terminalJson(item)}\n`)
  else
    process.stdout.write(
      table(
        ['field', 'value'],
        Object.entries(item).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]),
      ),
    )
  return 0
}
