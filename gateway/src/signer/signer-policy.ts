import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kinds, PlatenError } from '@platen/protocol'

/** What the signer may sign, whoever asks: its own file, which the gateway can't write. */
export interface SignerPolicy {
  readonly version: 1
  /** Names of job kinds. */
  readonly kinds: readonly string[]
  readonly grantsPerMinute: number
  readonly grantsPerSitePerMinute: number
}

const usual: SignerPolicy = { version: 1, kinds: kinds.map(kind => kind.name), grantsPerMinute: 60_000, grantsPerSitePerMinute: 300 }

/** Where the policy is kept. */
export function signerPolicyPath(folder: string): string {
  return join(folder, 'policy.json')
}

/** Writes the usual policy where there is none yet. */
export function writeUsualPolicy(folder: string): void {
  writeFileSync(signerPolicyPath(folder), `${JSON.stringify(usual, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
}

/** @throws PlatenError policy.invalid */
export function readSignerPolicy(folder: string): SignerPolicy {
  const path = signerPolicyPath(folder)
  try {
    return checked(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new PlatenError('policy.invalid', `${path}: ${(error as Error).message}.`, { cause: error })
  }
}

const members = ['version', 'kinds', 'grantsPerMinute', 'grantsPerSitePerMinute']

function checked(value: unknown): SignerPolicy {
  const policy = (value ?? {}) as Record<string, unknown>
  const unknown = Object.keys(policy).find(name => !members.includes(name))
  if (unknown !== undefined) throw new Error(`${unknown}: is not known`)
  if (policy['version'] !== 1) throw new Error('version: must be 1')
  const names = policy['kinds']
  if (!Array.isArray(names) || !names.every(name => typeof name === 'string')) throw new Error('kinds: must be a list of names')
  for (const name of ['grantsPerMinute', 'grantsPerSitePerMinute']) {
    if (!Number.isSafeInteger(policy[name]) || (policy[name] as number) < 1) throw new Error(`${name}: must be a count`)
  }
  return value as SignerPolicy
}
