import type { Kind, Validator } from '@platen/protocol'

/** Kinds of the tests' own: what each does is in test-worker.ts. */
export const testKinds: readonly Kind[] = [
  kind('test.light', 'light', 'agent'),
  kind('test.heavy', 'heavy', 'site'),
  { ...kind('test.hasty', 'light', 'agent'), deadlines: { queueMs: 60_000, runMs: 1_000 } },
  { ...kind('test.nginx', 'light', 'nginx'), prompt: true },
  { ...kind('cache.purge', 'light', 'nginx'), receipt: true },
]

/** Every object is an input, except one with the member `bad`. */
export const testInputs: Readonly<Record<string, Validator>> = Object.fromEntries(
  testKinds.map(({ name }) => [name, (value: unknown) => typeof value === 'object' && value !== null && !('bad' in value)]),
)

function kind(name: string, weight: Kind['weight'], role: Kind['role']): Kind {
  return {
    name,
    title: name,
    action: name,
    description: name,
    weight,
    priority: 50,
    role,
    retry: { attempts: 1, firstMs: 1, capMs: 1, codes: [] },
    deadlines: { queueMs: 60_000, runMs: 60_000 },
    usualInput: {},
  }
}
