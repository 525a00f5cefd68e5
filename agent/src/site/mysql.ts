import { existsSync } from 'node:fs'
import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import { createConnection, type Connection, type ConnectionOptions, type RowDataPacket } from 'mysql2/promise'
import { databaseEndpoint } from '../domain/database-endpoint.ts'
import { readWpConfig } from '../domain/wp-config.ts'
import type { DatabaseState } from '../ports/samplers.ts'
import type { SiteFiles } from '../ports/site-files.ts'

type Place = NonNullable<DocumentPolicy['mysql']>

const connectMs = 3_000
const queryMs = 5_000
const configBytes = 262_144
/** Where servers listen that are named `localhost` (MariaDB's and MySQL's packages on Debian, Red Hat, and MySQL's own). */
const usualSockets = ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock', '/tmp/mysql.sock']
/** Values that WordPress loads at every request (wp_autoload_values_to_autoload). */
const autoloads = ['yes', 'on', 'auto-on', 'auto']

interface Access {
  readonly user: string
  readonly password: string
  readonly tablePrefix: string
}

/**
 * Looks at the site's database with the account of its wp-config.php, which has to name the endpoint and the database of the
 * policy file: a hostile site could send the agent anywhere else.
 * @throws PlatenError mysql.mismatch, mysql.unavailable, and those of SiteFiles
 */
export async function databaseState(place: Place, files: SiteFiles, signal: AbortSignal): Promise<DatabaseState> {
  const access = accessOf((await files.read('wp-config.php', configBytes)).toString('utf8'), place)
  const connection = await connect(place, access, signal)
  const abort = (): void => connection.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await look(connection, place, access)
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw unavailable(cause)
  } finally {
    signal.removeEventListener('abort', abort)
    connection.destroy()
  }
}

/** @throws PlatenError mysql.mismatch */
function accessOf(source: string, place: Place): Access {
  const { constants, tablePrefix } = readWpConfig(source)
  const [name, user, password, host] = ['DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST'].map(constant => constants.get(constant))
  const plain = tablePrefix !== undefined && /^\w{1,60}$/.test(tablePrefix)
  if (name === undefined || user === undefined || password === undefined || host === undefined || !plain)
    throw new PlatenError('mysql.mismatch', 'wp-config.php does not name its database and table prefix in plain words.')
  const told = databaseEndpoint(host)
  if (name !== place.database || told.host !== place.host || told.port !== place.port || told.socket !== place.socket)
    throw new PlatenError('mysql.mismatch')
  return { user, password, tablePrefix }
}

async function connect(place: Place, { user, password }: Access, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted()
  const connecting = createConnection({
    ...addressOf(place),
    user,
    password,
    database: place.database,
    connectTimeout: connectMs,
    // A server that belongs to somebody else may ask for files.
    flags: ['-LOCAL_FILES'],
    supportBigNumbers: true,
  })
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  try {
    return await Promise.race([connecting, aborted])
  } catch (cause) {
    // Whoever is late is not waited for.
    void connecting.then(late => late.destroy()).catch(() => undefined)
    if (signal.aborted) throw signal.reason
    throw unavailable(cause)
  }
}

function addressOf({ host, port, socket }: Place): Pick<ConnectionOptions, 'host' | 'port' | 'socketPath'> {
  const path = socket ?? (host === 'localhost' && port === undefined ? usualSockets.find(existsSync) : undefined)
  if (path !== undefined) return { socketPath: path }
  return { host: host ?? 'localhost', port: port ?? 3306 }
}

/** Only the server's own code of the error is kept, and no cause that a log would show: its text names the account. */
function unavailable(cause: unknown): PlatenError {
  const { code } = cause as { code?: unknown }
  return new PlatenError('mysql.unavailable', typeof code === 'string' && /^\w{1,60}$/.test(code) ? `Its error was ${code}.` : undefined)
}

async function look(connection: Connection, place: Place, { tablePrefix }: Access): Promise<DatabaseState> {
  const rows = async (sql: string, values: readonly unknown[] = []): Promise<RowDataPacket[]> =>
    (await connection.query<RowDataPacket[]>({ sql, values: [...values], timeout: queryMs }))[0]
  const named = async (sql: string): Promise<(name: string) => unknown> => {
    const found = new Map((await rows(sql)).map(row => [String(row['Variable_name']).toLowerCase(), row['Value'] as unknown]))
    return name => found.get(name)
  }
  const status = await named("SHOW GLOBAL STATUS WHERE Variable_name IN ('Uptime', 'Threads_connected', 'Threads_running', 'Slow_queries')")
  const setting = await named("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'max_connections')")
  const [tables] = await rows(
    "SELECT COUNT(*) AS tables, SUM(DATA_LENGTH + INDEX_LENGTH) AS bytes, SUM(ENGINE <> 'InnoDB') AS others FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' AND LEFT(TABLE_NAME, CHAR_LENGTH(?)) = ?",
    [place.database, tablePrefix, tablePrefix],
  )
  const [options] = await rows('SELECT COUNT(*) AS options, SUM(LENGTH(option_value)) AS bytes FROM ?? WHERE autoload IN (?)', [
    `${tablePrefix}options`,
    autoloads,
  ])
  return {
    version: text(setting('version')),
    uptimeSeconds: count(status('uptime')),
    connections: count(status('threads_connected')),
    connectionsLimit: count(setting('max_connections')),
    runningQueries: count(status('threads_running')),
    slowQueries: count(status('slow_queries')),
    tables: count(tables?.['tables']),
    tablesBytes: count(tables?.['bytes']),
    tablesNotInnodb: count(tables?.['others']),
    autoloadedOptions: count(options?.['options']),
    autoloadedBytes: count(options?.['bytes']),
  }
}

function count(value: unknown): number {
  const number = Number(value ?? 0)
  return Number.isSafeInteger(number) && number >= 0 ? number : 0
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : ''
}
