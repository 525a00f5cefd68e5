import type { Kind, Validator } from '@platen/protocol'

/** The kinds that a gateway hands out, with the checks of their inputs and results. */
export interface Catalog {
  readonly kinds: readonly Kind[]
  /** By kind. */
  readonly inputs: Readonly<Record<string, Validator>>
  /** By kind. */
  readonly results: Readonly<Record<string, Validator>>
}

/** The kind of a name. */
export function kindIn({ kinds }: Pick<Catalog, 'kinds'>, name: string): Kind | undefined {
  return kinds.find(kind => kind.name === name)
}

/** A kind that another version of the gateway made and this one does not know: its jobs are never tried again. */
export function unknownKind(name: string): Kind {
  return {
    name,
    title: name,
    action: name,
    description: '',
    weight: 'light',
    priority: 0,
    role: 'agent',
    retry: { attempts: 1, firstMs: 0, capMs: 0, codes: [] },
    deadlines: { queueMs: 0, runMs: 0 },
    usualInput: {},
  }
}
