import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fpmConfigFile, fpmPool } from '../../src/init/fpm-pool.ts'

const said = [
  '[24-Nov-2026 03:46:47] NOTICE: [global]',
  '[24-Nov-2026 03:46:47] NOTICE: \tpid = /run/php/fpm.pid',
  '[24-Nov-2026 03:46:47] NOTICE: [one]',
  '[24-Nov-2026 03:46:47] NOTICE: \tuser = one',
  '[24-Nov-2026 03:46:47] NOTICE: \tlisten = /run/php/one.sock',
  '[24-Nov-2026 03:46:47] NOTICE: \tpm.status_path = undefined',
  '[24-Nov-2026 03:46:47] NOTICE: [two]',
  '[24-Nov-2026 03:46:47] NOTICE: \tuser = two',
  '[24-Nov-2026 03:46:47] NOTICE: \tlisten = /run/php/two.sock',
  '[24-Nov-2026 03:46:47] NOTICE: \tpm.status_path = /status',
  '[24-Nov-2026 03:46:47] NOTICE: configuration file /etc/php/fpm.conf test is successful',
].join('\n')

describe('fpmPool', () => {
  it('is the pool that listens on the socket, with its user and status path', () => {
    assert.deepEqual(fpmPool(said, '/run/php/two.sock'), { user: 'two', statusPath: '/status' })
  })

  it('has nothing where a setting is undefined', () => {
    assert.deepEqual(fpmPool(said, '/run/php/one.sock'), { user: 'one', statusPath: undefined })
  })

  it('is undefined where no pool listens there', () => {
    assert.equal(fpmPool(said, '/run/php/three.sock'), undefined)
  })
})

describe('fpmConfigFile', () => {
  it('is named by a master’s title, and by nothing else', () => {
    assert.equal(fpmConfigFile('php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)'), '/etc/php/8.2/fpm/php-fpm.conf')
    assert.equal(fpmConfigFile('php-fpm: pool www'), undefined)
  })
})
