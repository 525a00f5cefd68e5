/** Structured log lines: an event name such as `link:open` and its members. Never given a secret. */
export interface Log {
  info(event: string, members?: Readonly<Record<string, unknown>>): void
  warn(event: string, members?: Readonly<Record<string, unknown>>): void
  error(event: string, members?: Readonly<Record<string, unknown>>): void
}
