import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', '..', '..', 'protocol', 'test', 'corpus')

interface Examples {
  readonly wishes?: { readonly accepted: readonly object[] }
  readonly accepted: readonly object[]
  readonly refused: readonly { readonly frame: unknown }[]
}

/** Frames of one side, accepted and refused ones, from the golden corpus. */
export function corpusFrames(side: 'agent' | 'gateway'): readonly object[] {
  const files = readdirSync(join(folder, 'frames')).filter(name => name.startsWith(`${side}.`))
  return files.flatMap(name => {
    const { accepted, refused } = JSON.parse(readFileSync(join(folder, 'frames', name), 'utf8')) as Examples
    return [...accepted, ...refused.map(({ frame }) => frame).filter(frame => typeof frame === 'object' && frame !== null)]
  })
}

/** Accepted messages between plugin and agent. */
export function corpusMessages(name: 'agent-answers' | 'calls' | 'plugin-requests'): readonly object[] {
  return (JSON.parse(readFileSync(join(folder, 'plugin', `${name}.json`), 'utf8')) as Examples).accepted
}

/** What owners of sites wish. */
export function corpusWishes(): readonly object[] {
  return (JSON.parse(readFileSync(join(folder, 'plugin', 'plugin-requests.json'), 'utf8')) as Examples).wishes?.accepted ?? []
}
