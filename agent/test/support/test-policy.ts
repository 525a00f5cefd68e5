import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { DocumentPolicy } from '@platen/protocol'
import { testKinds } from './test-kinds.ts'

/** A policy whose every path is in `folder`, for the present user alone, with the tests' kinds. */
export function testPolicy(folder: string, changes: Partial<DocumentPolicy> = {}): DocumentPolicy {
  const user = userInfo().username
  return {
    version: 1,
    site: { root: join(folder, 'site'), url: 'http://site.test', user },
    agent: {
      user,
      state: join(folder, 'state'),
      socket: join(folder, 'run', 'agent.sock'),
      control: join(folder, 'run', 'control.sock'),
      tcp: { port: 1, secret: 'the secret of the tests that PHP and the agent share' },
    },
    kinds: testKinds.map(kind => kind.name),
    limits: { memoryMb: 256 },
    php: { socket: join(folder, 'php.sock') },
    nginx: {
      host: '127.0.0.1',
      port: 80,
      tls: false,
      user,
      cacheHeader: 'X-Cache',
      refreshSecret: 'the secret of the tests that nginx and the agent share',
    },
    ...changes,
  }
}
