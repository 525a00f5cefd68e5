/** Where a database server listens. */
export interface DatabaseEndpoint {
  readonly host?: string
  readonly port?: number
  readonly socket?: string
}

/** DB_HOST as WordPress reads it: `host`, `host:port`, `host:/socket` or `/socket` (wpdb::parse_db_host). */
export function databaseEndpoint(host: string): DatabaseEndpoint {
  const socket = /:?(\/.*)$/.exec(host)?.[1]
  if (socket !== undefined) return { socket }
  const match = /^(.*):(\d{1,5})$/.exec(host)
  return match ? { host: match[1] as string, port: Number(match[2]) } : { host }
}
