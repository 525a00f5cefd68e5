import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { assertReach } from '../../src/launcher/program-reach.ts'

const stranger = { name: 'platen', uid: 61_234, gid: 61_234, home: '/' }

describe('assertReach', () => {
  let folder: string
  let program: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'platen-reach-'))
    mkdirSync(join(folder, 'src'))
    program = join(folder, 'src', 'main.ts')
    writeFileSync(program, '')
    chmodSync(folder, 0o755)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('takes a program that anyone may read', () => {
    assertReach(program, stranger)
  })

  it('names the folder that the user may not pass', () => {
    chmodSync(folder, 0o700)
    assert.throws(() => assertReach(program, stranger), { code: 'file.denied', field: folder })
  })

  it('names a program that the user may not read', () => {
    chmodSync(program, 0o640)
    assert.throws(() => assertReach(program, stranger), { code: 'file.denied', field: program })
  })

  it('takes what the user’s own group may pass', () => {
    chmodSync(program, 0o640)
    assertReach(program, { ...stranger, gid: process.getgid?.() ?? 0 })
  })
})
