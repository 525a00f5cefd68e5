/** What an agent signs for a receipt, whose hash covers all that it says. */
export function receiptText(hash: string): string {
  return ['platen.v1 receipt', hash].join('\n')
}

/** What the next key of a chain signs to show that it is held, and goes on from just there: whoever knows it alone can go by that. */
export function receiptKeyText({
  chain,
  seq,
  prev,
}: {
  readonly chain: string
  readonly seq: number
  readonly prev: string | null
}): string {
  return ['platen.v1 receipt key', chain, seq, prev].join('\n')
}
