import type { ErrorCode, Kind } from '@platen/protocol'
import type { StoreFailure } from '../../ports/store-failure.ts'
import type { QueueBounds } from '../queue-room.ts'
import type { Roles } from './roles.ts'

type Methods = { readonly [Role in keyof Roles]: readonly (keyof Roles[Role] & string)[] }

/** The methods that change something: they run in the writer's thread. The others read, and run where they are called. */
export const writes: Methods = {
  jobs: ['create', 'createBatch', 'importLocal', 'cancel', 'claim', 'apply', 'wait', 'finishLocal', 'tick', 'forget'],
  sites: ['create', 'setCdn'],
  agents: ['addEnrolmentToken', 'redeem', 'assignPool', 'askRotation', 'offerKey', 'commitKey', 'revoke', 'seen', 'left', 'report'],
  tokens: ['createAccount', 'create', 'revoke'],
  audit: ['append'],
  health: ['look'],
}

/** One call of a method that writes, on its way to the writer's thread. */
export interface Write {
  readonly id: number
  readonly role: keyof Roles
  readonly method: string
  readonly args: readonly unknown[]
  /** A number in [0, 1), for jitter: chance is injected, and the thread has none of its own. */
  readonly random: number
}

/** What came of a write, told after the commit that holds it. */
export type Written = { readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly field?: string }
)

/** What the writer's thread tells: answers, and what failed where the answer holds its code alone. */
export type FromWriter = { readonly written: readonly Written[] } | { readonly failure: StoreFailure }

/** What the writer's thread is started with. */
export interface WriterData {
  readonly file: string
  readonly kinds: readonly Kind[]
  readonly bounds: QueueBounds
}
