import { directives, firstArg, type Directive } from './nginx-tree.ts'

/** What nginx's configuration says about one site. */
export interface NginxSite {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly user: string
  /** `fastcgi_pass unix:…`, without its prefix. */
  readonly fpmSocket?: string
  readonly cachePath?: string
  /** `levels=` of its cache: how its files are spread over folders. */
  readonly cacheLevels?: string
  /** What nginx looks a page up by. */
  readonly cacheKey?: string
  readonly accessLog?: string
  /** Response header that carries `$upstream_cache_status`. */
  readonly cacheHeader?: string
  /** Whether a rule of Platen's lets a request refresh an entry. */
  readonly refreshes: boolean
}

const levels = /^levels=[12](:[12]){0,2}$/
/** As the policy file has it. */
const mostKeyLength = 500
/** No log at all is `off`, a log elsewhere `syslog:`; one with variables is many files. */
const plainPath = /^\/[^$]{1,1000}$/

/** The server whose root is `root`; undefined where there is none. `sameFolder` compares paths as the file system does. */
export function nginxSite(tree: readonly Directive[], root: string, sameFolder: (a: string, b: string) => boolean): NginxSite | undefined {
  const server = directives(tree, 'server').find(({ children }) =>
    directives(children, 'root').some(({ args }) => sameFolder(args[0] ?? '', root)),
  )
  if (!server) return undefined
  const socket = socketOf(tree, firstArg(server.children, 'fastcgi_pass'))
  const zone = firstArg(server.children, 'fastcgi_cache')
  const cache = directives(tree, 'fastcgi_cache_path').find(({ args }) => args.some(arg => arg.startsWith(`keys_zone=${zone}:`)))
  const cachePath = cache?.args[0]
  const cacheLevels = cache?.args.find(arg => levels.test(arg))?.slice('levels='.length)
  const cacheKey = zone === undefined ? undefined : (firstArg(server.children, 'fastcgi_cache_key') ?? ofHttp(tree, 'fastcgi_cache_key'))
  const accessLog = own(server.children, 'access_log') ?? ofHttp(tree, 'access_log')
  const header = [...directives(server.children, 'add_header'), ...directives(tree, 'add_header')].find(
    ({ args }) => args[1] === '$upstream_cache_status',
  )
  const cacheHeader = header?.args[0]
  return {
    ...listening(server),
    user: firstArg(tree, 'user') ?? 'nobody',
    ...(socket === undefined ? {} : { fpmSocket: socket }),
    ...(cachePath === undefined ? {} : { cachePath }),
    ...(cacheLevels === undefined ? {} : { cacheLevels }),
    ...(cacheKey === undefined || cacheKey.length > mostKeyLength ? {} : { cacheKey }),
    ...(accessLog === undefined || !plainPath.test(accessLog) ? {} : { accessLog }),
    ...(cacheHeader === undefined ? {} : { cacheHeader }),
    refreshes: directives(tree, 'map').some(({ args }) => args[0] === '$http_x_platen_refresh'),
  }
}

/** The first argument of a directive that stands in a block itself, not in one within it. */
function own(block: readonly Directive[], name: string): string | undefined {
  return block.find(directive => directive.name === name)?.args[0]
}

/** … in the `http` block, which holds for every server that has none of its own. */
function ofHttp(tree: readonly Directive[], name: string): string | undefined {
  return own(
    directives(tree, 'http').flatMap(({ children }) => children),
    name,
  )
}

/** The Unix socket that PHP is passed on to, by its path or by the name of an `upstream`. */
function socketOf(tree: readonly Directive[], passedTo: string | undefined): string | undefined {
  const upstream = directives(tree, 'upstream').find(({ args }) => args[0] === passedTo)
  const address = upstream ? firstArg(upstream.children, 'server') : passedTo
  return address?.startsWith('unix:') ? address.slice('unix:'.length) : undefined
}

/** The configuration file in the title of an nginx master that was started with one. */
export function nginxConfigFile(title: string): string | undefined {
  return /^nginx: master process .*-c (\/\S+)/.exec(title)?.[1]
}

/** Address of the first `listen`; a wildcard is reached through loopback. */
function listening(server: Directive): { host: string; port: number; tls: boolean } {
  const listen = directives(server.children, 'listen').find(({ args }) => !args[0]?.startsWith('unix:'))
  const address = listen?.args[0] ?? '80'
  const match = /^(?:(\[[^\]]*\]|[^:]*):)?(\d+)$/.exec(address)
  const host = match ? (match[1] ?? '') : address
  const tls = listen?.args.includes('ssl') === true
  return { host: ['', '*', '0.0.0.0', '[::]'].includes(host) ? '127.0.0.1' : host, port: Number(match?.[2] ?? (tls ? 443 : 80)), tls }
}

/** Lines for nginx that let a request with the site's secret replace a page's entry, and keep the secret from PHP. */
export function refreshLines(secret: string): { readonly http: string; readonly location: string } {
  return {
    http: `map $http_x_platen_refresh $platen_refresh { default 0; "${secret}" 1; }`,
    location: [
      'fastcgi_cache_bypass $platen_refresh;          # beside the conditions that are there',
      'fastcgi_param HTTP_X_PLATEN_REFRESH "";        # after include fastcgi_params',
      'fastcgi_param PLATEN_REFRESH $platen_refresh;',
      'add_header X-Cache $upstream_cache_status;',
    ].join('\n'),
  }
}
