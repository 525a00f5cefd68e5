/** URLs that one message names, and how much text they are: less than a line of a worker may hold. */
export const mostUrls = 2_000
export const mostCharacters = 500_000
const mostAddress = 2_048
// oxlint-disable-next-line no-control-regex -- as protocol has it.
const address = /^https?:\/\/[^\s\u0000-\u001f]+$/

/** Whether a value is what one message may name. */
export function isUrlList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= mostUrls && value.every(isAddress)
}

/** Parts that each fit into one message; one that is empty where there is nothing to tell. */
export function inParts(urls: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]]
  let characters = 0
  for (const url of urls) {
    characters += url.length
    if (parts.at(-1)?.length === mostUrls || characters > mostCharacters) {
      parts.push([])
      characters = url.length
    }
    parts.at(-1)?.push(url)
  }
  return parts
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && value.length <= mostAddress && address.test(value)
}
