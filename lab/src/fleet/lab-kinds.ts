import type { Kind, Validator } from '@platen/protocol'

const common = {
  description: 'For lab’s own runs; no production agent carries it out.',
  weight: 'light',
  role: 'agent',
  deadlines: { queueMs: 3_600_000, runMs: 60_000 },
} as const

/** A kind whose step must not be done twice, so that a run that is lost amid it is no reason for another. */
const counting = {
  ...common,
  priority: 50,
  retry: { attempts: 8, firstMs: 100, capMs: 2_000, codes: [] },
  usualInput: {},
} as const

const sharing = { coalesce: { by: ['shared'], mode: 'keep-first' } } as const

/** Kinds that exist in lab's composition only: a production agent and a production gateway refuse them as unknown. */
export const labKinds: readonly Kind[] = [
  {
    ...common,
    name: 'lab.noop',
    title: 'No operation',
    action: 'Do nothing',
    priority: 50,
    retry: { attempts: 3, firstMs: 100, capMs: 2_000, codes: ['job.lost', 'worker.crashed'] },
    usualInput: {},
  },
  {
    ...counting,
    ...sharing,
    name: 'lab.increment',
    title: 'Increment',
    action: 'Increment a counter of the site',
  },
  {
    ...counting,
    ...sharing,
    name: 'lab.heavy',
    title: 'Heavy increment',
    action: 'Increment a counter of the site, with nothing heavy beside it',
    weight: 'heavy',
  },
  {
    ...counting,
    name: 'lab.parent',
    title: 'Increment after another one',
    action: 'Have a counter of the site incremented by another job, then increment it once more',
    children: ['lab.increment'],
  },
]

/** What `lab.increment` and `lab.heavy` may be told. */
export interface IncrementInput {
  /** Waits so long before the step, and so long after it. */
  readonly beforeMs?: number
  readonly afterMs?: number
  /** Queued jobs of one site that share it become one. */
  readonly shared?: string
  /** By which whoever asked knows the job again; it does nothing. */
  readonly tag?: string
}

/** What `lab.parent` may be told. */
export interface ParentInput extends IncrementInput {
  /** The input of its child. */
  readonly child?: IncrementInput
  /** Whoever carries the child out; the site's own agent without. */
  readonly childPool?: string
}

const isIncrement = ({ beforeMs = 0, afterMs = 0, shared = '', tag = '' }: Record<string, unknown>): boolean =>
  isWait(beforeMs) && isWait(afterMs) && typeof shared === 'string' && typeof tag === 'string'

const inputs: Readonly<Record<string, (value: Record<string, unknown>) => boolean>> = {
  'lab.noop': () => true,
  'lab.increment': isIncrement,
  'lab.heavy': isIncrement,
  'lab.parent': ({ child = {}, childPool = '', ...input }) =>
    isIncrement(input) && isObject(child) && isIncrement(child) && typeof childPool === 'string',
}

/** Checks of inputs, by kind. */
export const labInputs: Readonly<Record<string, Validator>> = Object.fromEntries(
  Object.entries(inputs).map(([name, check]) => [name, (value: unknown) => isObject(value) && check(value)]),
)

/** Checks of results, by kind. */
export const labResults: Readonly<Record<string, Validator>> = Object.fromEntries(
  labKinds.map(({ name }) => [name, (value: unknown) => isObject(value) && typeof value['summary'] === 'string']),
)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWait(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 60_000
}
