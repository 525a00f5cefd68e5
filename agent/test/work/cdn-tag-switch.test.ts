import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import type { PhpChannel } from '../../src/ports/php-channel.ts'
import { cdnTagSwitch } from '../../src/work/cdn-tag-switch.ts'
import { ManualClock } from '../support/manual-clock.ts'

const siteId = 'site_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00'
const prefix = '5b6c7d8e9f00'

describe('the plugin is told whether pages have tags at the CDN', () => {
  let told: unknown[]
  let fails: boolean
  let clock: ManualClock
  let set: (isOn: boolean) => void
  const log = { info: () => {}, warn: (...line: unknown[]) => void told.push(line), error: () => {} }
  const soon = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

  beforeEach(() => {
    told = []
    fails = false
    clock = new ManualClock()
    const call = (async (command: string, args: unknown) => {
      told.push([command, args])
      if (fails) throw new PlatenError('plugin.refused')
      return { sends: true }
    }) as PhpChannel['call']
    set = cdnTagSwitch({ php: { call }, siteId, clock, log })
  })

  it('once for each answer, and with the site’s own prefix', async () => {
    for (const isOn of [true, true, false, false]) {
      set(isOn)
      await soon()
    }
    assert.deepEqual(told, [
      ['cdn.tags', { prefix }],
      ['cdn.tags', { prefix: '' }],
    ])
  })

  it('again after a day, since WordPress may have lost it', async () => {
    set(true)
    await soon()
    clock.advance(86_400_000)
    set(true)
    assert.equal(told.length, 2)
  })

  it('again some minutes after it could not be', async () => {
    fails = true
    set(true)
    await soon()
    set(true)
    assert.deepEqual(told, [
      ['cdn.tags', { prefix }],
      ['cdn:tags_untold', { code: 'plugin.refused' }],
    ])
    clock.advance(600_000)
    fails = false
    set(true)
    await soon()
    set(true)
    assert.equal(told.length, 3)
  })
})
