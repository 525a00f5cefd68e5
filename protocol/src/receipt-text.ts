/** What an agent signs for a receipt, whose hash covers all that it says. */
export function receiptText(hash: string): string {
  return ['platen.v1 receipt', hash].join('\n')
}
