import { errorRow, type PlatenError } from '@platen/protocol'

/** 2 where what was asked is wrong (the HTTP statuses of bad input), 1 where it was right and failed. */
export function exitCodeOf({ code }: Pick<PlatenError, 'code'>): 1 | 2 {
  const { status } = errorRow(code)
  return status === 400 || status === 413 ? 2 : 1
}
