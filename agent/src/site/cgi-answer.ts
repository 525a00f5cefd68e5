/** A CGI answer: what PHP would have a web server say. */
export interface CgiAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** Splits headers from body; undefined where there are no headers. A missing `Status` means 200. */
export function cgiAnswer(stdout: Buffer): CgiAnswer | undefined {
  const crlf = stdout.indexOf('\r\n\r\n')
  const lf = stdout.indexOf('\n\n')
  const end = crlf >= 0 && (lf < 0 || crlf < lf) ? crlf : lf
  if (end < 0) return undefined
  const headers = new Map<string, string>()
  for (const line of stdout.subarray(0, end).toString('latin1').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const status = Number(/^\d{3}/.exec(headers.get('status') ?? '200')?.[0] ?? Number.NaN)
  return Number.isNaN(status) ? undefined : { status, headers, body: stdout.subarray(end + (end === crlf ? 4 : 2)) }
}
