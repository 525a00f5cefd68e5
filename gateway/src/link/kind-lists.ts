import type { Catalog } from '../domain/catalog.ts'

/** Which kinds agents carry out, as lists that all who can do the same share: there may be thousands of them. */
export class KindLists {
  readonly #names: readonly string[]
  /** No more than the catalog's kinds can be combined: what else an agent says that it can do is of no concern here. */
  readonly #lists = new Map<string, readonly string[]>()

  constructor({ kinds }: Pick<Catalog, 'kinds'>) {
    this.#names = kinds.map(({ name }) => name)
  }

  /** Names of the kinds that are among what an agent can do, as far as this gateway knows them. */
  of(capabilities: readonly string[]): readonly string[] {
    const names = this.#names.filter(name => capabilities.includes(name))
    const key = names.join(' ')
    const known = this.#lists.get(key)
    if (known) return known
    this.#lists.set(key, names)
    return names
  }
}
