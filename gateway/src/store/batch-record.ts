import type { ErrorCode } from '@platen/protocol'
import type { Job } from '../domain/job.ts'
import type { BatchOutcome, Refused } from '../ports/jobs.ts'

/** In front of what was refused; no id begins with it. */
const mark = '!'
/** Members of an input that nobody knows may have names of any length. */
const mostFieldLength = 200

/** What a batch is remembered by: for each of its jobs the id, or why it was refused. */
export function batchRecord(outcomes: readonly BatchOutcome[]): string {
  return outcomes.map(outcome => ('job' in outcome ? outcome.job.id : refusalText(outcome))).join(' ')
}

/** The outcomes of then. `find` looks for jobs; one of them may have been forgotten since. */
export async function outcomesOf(
  record: string,
  find: (ids: readonly string[]) => Promise<readonly Job[]>,
): Promise<readonly BatchOutcome[]> {
  const parts = record.split(' ')
  const found = await find(parts.filter(part => !part.startsWith(mark)))
  const jobs = new Map(found.map(job => [job.id, job]))
  return parts.map(part => {
    const job = jobs.get(part)
    if (job) return { job, also: [] }
    return part.startsWith(mark) ? refusalOf(part) : { refused: 'job.not_found' }
  })
}

function refusalText({ refused, field }: Refused): string {
  return `${mark}${refused}${field === undefined ? '' : `:${encodeURIComponent(field.slice(0, mostFieldLength).toWellFormed())}`}`
}

function refusalOf(text: string): Refused {
  const [refused, field] = text.slice(mark.length).split(':') as [ErrorCode, string?]
  return { refused, ...(field === undefined ? {} : { field: decodeURIComponent(field) }) }
}
