import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file of the front page. */
export interface FrontFile {
  readonly path: string
  readonly type: string
  readonly text: string
}

const folder = join(import.meta.dirname, '..', '..', 'front-page')
const file = (path: string, name: string, type: string): FrontFile => ({ path, type, text: readFileSync(join(folder, name), 'utf8') })

/** The gateway's front page: the API explained, with agents and jobs listed for who has a token. Read once. */
export const frontPage: readonly FrontFile[] = [
  file('/', 'index.html', 'text/html; charset=utf-8'),
  file('/front-page.js', 'front-page.js', 'text/javascript; charset=utf-8'),
  file('/front-page.css', 'front-page.css', 'text/css; charset=utf-8'),
]
