import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startNginx } from '../engines/nginx.ts'
import { freePort } from '../process/free-port.ts'
import { removeFolder, temporaryFolder } from '../process/temporary-folder.ts'

/** A CDN in front of a site: an nginx that keeps whatever it has fetched for a day, by its own rule and not by the site's. */
export interface Edge {
  /** Where visitors reach it, as the policy file has it. */
  readonly address: string
  /** Whether it takes purges and does nothing. */
  lies: boolean
  /** Carries out a purge of the stand-in's. */
  purge(what: Readonly<Record<string, unknown>>): Promise<void>
  /** What a visitor of a path of the site gets from it. */
  visit(path: string): Promise<EdgeAnswer>
  stop(): Promise<void>
}

/** Redirects are not followed. */
export interface EdgeAnswer {
  readonly status: number
  /** What it says of its own part, such as HIT. */
  readonly cache: unknown
  readonly body: string
}

const webUser = 'www-data'
const requestMs = 30_000
/** nginx can't subtract: the age of a copy is worked out in Perl, which comes with it on Debian. */
const perlModule = '/usr/lib/nginx/modules/ngx_http_perl_module.so'

/** Starts one in front of the site at this address, which is `127.0.0.1:PORT`. */
export async function startEdge(origin: string): Promise<Edge> {
  const directory = await temporaryFolder()
  const port = await freePort()
  const cache = join(directory, 'cache')
  await mkdir(cache)
  await chmod(directory, 0o755)
  const nginx = await startNginx(directory, edgeConfig({ directory, cache, port, origin }), port).catch(async (error: unknown) => {
    await removeFolder(directory)
    throw error
  })
  const edge: Edge = {
    address: `127.0.0.1:${port}`,
    lies: false,
    purge: async ({ files, tags }) => {
      if (edge.lies) return
      const gone = Array.isArray(files)
        ? (files as string[]).map(url => join(cache, fileOf(url)))
        : Array.isArray(tags)
          ? await taggedFiles(cache, tags as string[])
          : await everyFile(cache)
      await Promise.all(gone.map(file => rm(file, { force: true })))
    },
    visit: async path => {
      const request = get({ host: '127.0.0.1', port, path, headers: { host: origin }, signal: AbortSignal.timeout(requestMs) })
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      return { status: response.statusCode ?? 0, cache: response.headers['cf-cache-status'], body: await text(response) }
    },
    stop: async () => {
      await nginx.stop()
      await removeFolder(directory)
    },
  }
  return edge
}

/** nginx names an entry by the MD5 of its key, which is the URL here. */
function fileOf(url: string): string {
  const name = createHash('md5').update(url).digest('hex')
  return join(name.slice(-1), name.slice(-3, -1), name)
}

async function everyFile(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

/** Those of answers that had one of the tags. */
async function taggedFiles(folder: string, tags: readonly string[]): Promise<string[]> {
  const tagged: string[] = []
  for (const file of await everyFile(folder)) {
    const [, header = ''] = /^cache-tag: ([^\r]*)\r$/im.exec(await readFile(file, 'latin1')) ?? []
    if (header.split(',').some(tag => tags.includes(tag))) tagged.push(file)
  }
  return tagged
}

interface Names {
  readonly directory: string
  readonly cache: string
  readonly port: number
  readonly origin: string
}

function edgeConfig({ directory, cache, port, origin }: Names): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `load_module ${perlModule};
${process.getuid?.() === 0 ? `user ${webUser};` : ''}
worker_processes 1;
pid ${join(directory, 'nginx.pid')};
events { worker_connections 256; }
http {
  access_log off;
${temporary.map(name => `  ${name}_temp_path ${join(directory, name)};`).join('\n')}
  perl_set $age 'sub {
    my $r = shift;
    use Time::Piece;
    return "" unless $r->variable("upstream_cache_status") eq "HIT";
    return time - Time::Piece->strptime($r->variable("upstream_http_date"), "%a, %d %b %Y %H:%M:%S GMT")->epoch;
  }';
  proxy_cache_path ${cache} levels=1:2 keys_zone=EDGE:1m inactive=1d;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://${origin};
      proxy_set_header Host $http_host;
      proxy_set_header Accept-Encoding "";
      proxy_pass_header Date;
      proxy_cache EDGE;
      proxy_cache_key $scheme://$http_host$request_uri;
      proxy_cache_valid any 1d;
      proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Expires;
      proxy_hide_header Cache-Tag;
      add_header CF-Cache-Status $upstream_cache_status always;
      add_header Age $age always;
    }
  }
}
`
}
