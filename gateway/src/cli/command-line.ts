/** Arguments and options of a command by name, as they were typed. */
export type Values = Readonly<Record<string, unknown>>

/** One command: what it is called with, and what it does. Answers the exit code. */
export interface CommandLine {
  readonly description: string
  /** Arguments as commander writes them: `<needed> [optional]`. */
  readonly args?: string
  /** Flags, description, default. A flag whose value is `<n>` takes a whole number. */
  readonly options?: readonly (readonly [flags: string, description: string, fallback?: string])[]
  run(values: Values): Promise<number>
}

/** Commands of a group by name. */
export type Commands = Readonly<Record<string, CommandLine>>

/** A string among the values; undefined where it was not given. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** A string that commander has made sure of. */
export function needed(values: Values, name: string): string {
  return String(values[name])
}
