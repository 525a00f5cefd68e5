import type { Owner } from '../../src/ports/owner.ts'

/** An owner who wants all and counts nothing. */
export const freeOwner: Pick<Owner, 'refusal' | 'used' | 'spent'> = { refusal: () => undefined, used: () => undefined, spent: () => {} }
