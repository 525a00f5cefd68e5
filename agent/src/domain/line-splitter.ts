/**
 * Cuts a stream of text into lines. The answer takes the next piece and gives the lines that it completed, or undefined
 * once a line is longer than `maxLength` characters: then the stream is not to be read any further.
 */
export function lineSplitter(maxLength: number): (piece: string) => readonly string[] | undefined {
  let pieces: string[] = []
  let length = 0
  return piece => {
    const [first = '', ...others] = piece.split('\n')
    length += first.length
    if (length > maxLength) return undefined
    pieces.push(first)
    const last = others.pop()
    if (last === undefined) return []
    if (last.length > maxLength || others.some(line => line.length > maxLength)) return undefined
    const lines = [pieces.join(''), ...others]
    pieces = [last]
    length = last.length
    return lines
  }
}
