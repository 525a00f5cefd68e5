/** Where a database server listens. */
export interface DatabaseEndpoint {
  readonly host?: string
  readonly port?: number
  readonly socket?: string
}

/** DB_HOST as WordPress reads it: `host`, `host:port`, `[v6]:port`, `host:/socket` or `/socket` (wpdb::parse_db_host). */
export function databaseEndpoint(host: string): DatabaseEndpoint {
  const socket = /:?(\/.*)$/.exec(host)?.[1]
  if (socket !== undefined) return { socket }
  // An address of version 6 has colons of its own: its port is told apart by brackets.
  const six = /^\[?([\da-f:]*:[\da-f]*:[\da-f:.]*)(?:\](?::(\d{1,5}))?)?$/i.exec(host)
  if (six) return { host: six[1] as string, ...(six[2] === undefined ? {} : { port: Number(six[2]) }) }
  const match = /^([^:]*):(\d{1,5})$/.exec(host)
  return match ? { host: match[1] as string, port: Number(match[2]) } : { host }
}
