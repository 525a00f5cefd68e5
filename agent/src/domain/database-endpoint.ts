/** Where a database server listens. */
export interface DatabaseEndpoint {
  readonly host?: string
  readonly port?: number
  readonly socket?: string
}

/** DB_HOST as WordPress reads it: `host`, `host:port`, `[v6]:port`, `host:/socket` or `/socket` (wpdb::parse_db_host). */
export function databaseEndpoint(host: string): DatabaseEndpoint {
  const path = host.indexOf('/')
  if (path >= 0) return { socket: host.slice(path) }
  // An address of version 6 has colons of its own: its port is told apart by brackets.
  const [, six, port] = /^\[?([\da-f:.]+)(?:\](?::(\d{1,5}))?)?$/i.exec(host) ?? []
  if (six !== undefined && hasTwoColons(six)) return { host: six, ...(port === undefined ? {} : { port: Number(port) }) }
  const match = /^([^:]*):(\d{1,5})$/.exec(host)
  return match ? { host: match[1] as string, port: Number(match[2]) } : { host }
}

/** Whether it has them before the first dot, as every address of version 6. Counted: a pattern that looks for them takes the cube of a hostile text. */
function hasTwoColons(address: string): boolean {
  return (address.split('.')[0] as string).split(':').length > 2
}
