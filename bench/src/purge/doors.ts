import type { OutgoingHttpHeaders } from 'node:http'
import type { NativeSite } from '@platen/lab'
import type { Answer } from './answer.ts'
import { web } from './web.ts'

/** The ways into the site. Each takes a path and answers as the site's own host. */
export interface Doors {
  /** As a visitor. */
  readonly visit: (path: string) => Promise<Answer>
  /** Has nginx replace what it keeps. */
  readonly refresh: (path: string, headers?: OutgoingHttpHeaders) => Promise<Answer>
  /** What PHP makes of it now, without page cache and without the plugin. */
  readonly truth: (path: string, headers?: OutgoingHttpHeaders) => Promise<Answer>
  /** What the page cache keeps of it; HIT or nothing. */
  readonly peek: (path: string) => Promise<Answer>
  /** A call of the REST API as the administrator, as the block editor's. @throws where it is refused */
  readonly rest: <T>(method: string, path: string, body?: object) => Promise<T>
  readonly close: () => void
}

const newPassword = `lab_done( wp_is_application_passwords_available() );
echo lab_done( WP_Application_Passwords::create_new_application_password( 1, array( 'name' => wp_generate_uuid4() ) ) )[0];`

/** The doors of a site made with `cacheEverything`. */
export async function doorsOf(site: NativeSite): Promise<Doors> {
  const { doors, refreshSecret, address } = site.nginx
  if (!doors) throw new Error('the site has no doors: it was not made with cacheEverything')
  const client = web(new URL(site.url).host)
  const front = Number(address.split(':')[1])
  const authorization = `Basic ${Buffer.from(`${site.adminUser}:${await site.wp(newPassword)}`).toString('base64')}`
  return {
    visit: path => client.send({ port: front, path }),
    refresh: (path, headers) => client.send({ port: front, path, headers: { ...headers, 'x-platen-refresh': refreshSecret } }),
    truth: (path, headers = {}) => client.send({ port: doors.uncached, path, headers }),
    peek: path => client.send({ port: doors.peek, path }),
    rest: async <T>(method: string, path: string, body?: object) => {
      const headers = { authorization, ...(body ? { 'content-type': 'application/json' } : {}) }
      const answer = await client.send({ port: front, path: `/wp-json${path}`, method, headers, body: body && JSON.stringify(body) })
      if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body.slice(0, 500)}`)
      return JSON.parse(answer.body) as T
    },
    close: () => client.close(),
  }
}
