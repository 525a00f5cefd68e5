import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { countVisits, nginxVisits } from '../../src/site/nginx-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'platen-log-'))
const log = join(folder, 'access.log')
after(() => rmSync(folder, { recursive: true }))

const line = (request: string, status = 200, rest = '"-" "Mozilla"'): string =>
  `127.0.0.1 - - [27/Nov/2026:12:00:00 +0000] "${request}" ${status} 612 ${rest}`

describe('visits by nginx’s access log', () => {
  it('are GET requests that were answered, by path and query', () => {
    const counts = countVisits(
      [line('GET /a/?b=c HTTP/1.1'), line('GET /a/?b=c HTTP/2.0'), line('POST /a/ HTTP/1.1'), line('GET /gone/ HTTP/1.1', 404)].join('\n'),
    )
    assert.deepEqual([...counts], [['/a/?b=c', 2]])
  })

  it('are not what visitors write into other headers, nor what is no request', () => {
    const forged = line('GET / HTTP/1.1', 200, '"GET /forged/ HTTP/1.1" 200 "x"')
    const odd = [line(String.raw`\x16\x03\x01`), line(String.raw`GET /\x22 HTTP/1.1`), '"GET', '', '\0'.repeat(10_000), '"'.repeat(10_000)]
    assert.deepEqual([...countVisits([forged, ...odd].join('\n'))], [['/', 1]])
  })

  it('are of a bounded number of addresses', () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => line(`GET /${index} HTTP/1.1`))
    assert.equal(countVisits(lines.join('\n')).size, 20_000)
  })

  it('are read from the end of a log of any size, without the line that is cut', async () => {
    writeFileSync(log, `${line('GET /early/ HTTP/1.1')}\n${'x'.repeat(2_000_000)}"GET /cut/ HTTP/1.1" 200 \n`)
    appendFileSync(log, `${line('GET /late/ HTTP/1.1')}\n`)
    assert.deepEqual([...(await nginxVisits(log).counts())], [['/late/', 1]])
  })

  it('are none where the log is missing, a folder or a pipe', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [join(folder, 'none'), folder, pipe]) assert.equal((await nginxVisits(path).counts()).size, 0)
  })
})
