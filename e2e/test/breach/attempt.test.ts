import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { attackers, got, held, judged, stopped, type Attempt } from '../../src/breach/attempt.ts'
import { drills } from '../../src/breach/drill.ts'
import { partOf, securityDoc } from '../../src/breach/security-doc.ts'
import { tryAsking, tryFile, trySignal } from '../../src/breach/shell.ts'
import type { Ward } from '../../src/breach/ward.ts'
import { tryDoor } from '../../src/breach/workers-door.ts'

const attempt = (expected: Attempt['expected']): Attempt => ({
  attacker: 'agent',
  attempt: 'try it',
  expected,
  run: () => Promise.reject(new Error('not here')),
})

describe('an attempt', () => {
  for (const by of ['token.invalid', 'site.not_found, token.scope', 'closed 4008', 'closed 1009', 'EACCES', 'EPERM'])
    it(`was refused where ${by} stood in the way`, () => {
      assert.equal(judged(attempt('refused'), stopped(by)).surprise, false)
    })

  for (const by of [undefined, '', 'ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'ESRCH', 'it said nothing', 'closed 1006', 'internal', 502])
    it(`proves nothing where ${by} is all that came of it`, () => {
      assert.equal(judged(attempt('refused'), stopped(by)).surprise, true)
      assert.equal(judged(attempt('possible'), stopped(by)).surprise, true)
    })

  it('came as it had to where the drill saw that for itself', () => {
    assert.equal(judged(attempt('refused'), held('the job stays queued')).surprise, false)
    assert.equal(judged(attempt('possible'), held('the job stays queued')).surprise, true)
    assert.equal(judged(attempt('possible'), got('it ran')).surprise, false)
    assert.equal(judged(attempt('refused'), got('it ran')).surprise, true)
  })
})

describe('docs/security.md', () => {
  for (const attacker of attackers)
    it(`has a row for each attempt of who holds the ${attacker}, and no other`, () => {
      const rows = partOf(readFileSync(securityDoc, 'utf8'), attacker).split('\n').slice(2)
      const told = rows.map(row => row.split(' | ')[0]?.slice('| '.length))
      const tried = drills[attacker].map(({ attempt }) => attempt)
      assert.deepEqual(told, tried, 'hold the drills again: npx pnpm breach --write-docs')
    })
})

const skip = process.getuid?.() !== 0 && 'a deed is done by another user, which root alone can be'
const { username } = userInfo()

/** A door that does as it is told with whoever comes. */
async function door(test: TestContext, greet: (socket: Socket) => void): Promise<Pick<Ward, 'policy'>> {
  const folder = mkdtempSync(join(tmpdir(), 'platen-door-'))
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    greet(socket)
  })
  await new Promise<void>(resolve => server.listen(join(folder, 'workers.sock'), resolve))
  test.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
    rmSync(folder, { recursive: true })
  })
  return { policy: { agent: { control: join(folder, 'control.sock') } } as Ward['policy'] }
}

describe('a drill at the workers’ door', { skip }, () => {
  it('sees the refusal of a door that cuts off whoever says something wrong', async test => {
    const ward = await door(test, socket => socket.once('data', () => socket.destroy()))
    assert.deepEqual(await tryDoor(username, ward, 'x'), held('cut off'))
  })

  it('takes no silence for a refusal', async test => {
    const ward = await door(test, socket => socket.resume())
    assert.equal((await tryDoor(username, ward, 'x')).done, true)
  })

  it('fails at a door that lets nobody speak, and where there is none', async test => {
    const ward = await door(test, socket => socket.end())
    await assert.rejects(tryDoor(username, ward, 'x'), /lets nobody in/)
    const nowhere = { policy: { agent: { control: '/nowhere/control.sock' } } as Ward['policy'] }
    assert.equal((await tryDoor(username, nowhere, 'x')).seen, false)
  })
})

describe('a drill in the container', { skip }, () => {
  it('fails where what it tries for is not there', async test => {
    const folder = mkdtempSync(join(tmpdir(), 'platen-drill-'))
    test.after(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'closed'), { mode: 0o700 })
    await assert.rejects(tryFile('nobody', 'read', join(folder, 'closed', 'identity.json')), /not there/)
    await assert.rejects(tryAsking('nobody', { socket: join(dirname(folder), 'no.sock'), method: 'GET', path: '/' }), /not there/)
    await assert.rejects(trySignal('nobody', -1), /not there/)
  })
})
