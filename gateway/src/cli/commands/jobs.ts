import { kinds, PlatenError, terminalJson, terminalText } from '@platen/protocol'
import { ask, askAll } from '../api.ts'
import { needed, text, type Commands, type Values } from '../command-line.ts'
import { patiently, waiting } from '../patience.ts'
import { settings, type Settings } from '../settings.ts'
import { printList, printOne } from '../table.ts'

interface Job {
  readonly id: string
  readonly siteId: string
  readonly kind: string
  readonly state: string
  readonly createdAt: string
  readonly finishedAt?: string
  readonly progress?: { readonly done: number; readonly total: number; readonly note: string }
  readonly result?: { readonly summary?: string }
  readonly standIn?: string
  readonly error?: { readonly code: string; readonly message: string }
  /** Why it waits: its last decline or failure. */
  readonly reason?: { readonly code: string; readonly message: string }
}

const ended = new Set(['succeeded', 'failed', 'cancelled', 'expired'])

/** `platen job …` */
export const jobCommands: Commands = {
  run: {
    description: 'dispatch a job to a site; exit 0 when it was taken (with --wait: succeeded), 1 failed, 2 bad input',
    args: '<kind> <site>',
    options: [
      ['--input <json>', 'the job’s input (default: what the kind is usually run with)'],
      ['--not-before <time>', 'hand it out no earlier (ISO 8601)'],
      ['--pool <name>', 'let agents of this pool carry it out in place of the site’s own'],
      ['--wait', 'wait for its end: its id and progress on stderr, the job on stdout'],
    ],
    run: async values => {
      const known = settings(values)
      const optional = Object.entries({ pool: text(values, 'pool'), notBefore: text(values, 'notBefore') })
      const body = {
        kind: needed(values, 'kind'),
        siteId: needed(values, 'site'),
        input: input(values),
        ...Object.fromEntries(optional.filter(([, value]) => value !== undefined)),
      }
      const job = await ask<Job>(known, 'POST', '/v1/jobs', body)
      return values['wait'] === true ? finish(known, job.id, values) : printOne(values['json'], { ...job })
    },
  },
  list: {
    description: 'list jobs, newest first',
    options: [
      ['--site <site>', 'of this site'],
      ['--state <state>', 'in this state'],
      ['--kind <kind>', 'of this kind'],
      ['--limit <n>', 'at most so many', '50'],
    ],
    run: async values => {
      const query = new URLSearchParams(
        Object.entries({ siteId: text(values, 'site'), state: text(values, 'state'), kind: text(values, 'kind') }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      )
      const jobs = await askAll<Job>(settings(values), `/v1/jobs?${query.toString()}`, Number(values['limit']))
      return printList(values['json'], jobs, ['JOB', 'KIND', 'STATE', 'CREATED', 'WHAT CAME OF IT'], job => [
        job.id,
        job.kind,
        job.state,
        job.createdAt,
        words(job),
      ])
    },
  },
  get: {
    description: 'show one job whole',
    args: '<job>',
    run: async values => {
      process.stdout.write(`${terminalJson(await one(settings(values), needed(values, 'job')), values['json'] === true ? 0 : 2)}\n`)
      return 0
    },
  },
  follow: {
    description: 'wait for a job’s end: its id and progress on stderr, the job on stdout',
    args: '<job>',
    run: values => finish(settings(values), needed(values, 'job'), values),
  },
  cancel: {
    description: 'cancel a job in whatever state it is',
    args: '<job>',
    run: async values => {
      await ask(settings(values), 'POST', `/v1/jobs/${encodeURIComponent(needed(values, 'job'))}/cancel`, {})
      return 0
    },
  },
}

function input(values: Values): unknown {
  const given = text(values, 'input')
  if (given === undefined) return kinds.find(kind => kind.name === values['kind'])?.usualInput ?? {}
  try {
    return JSON.parse(given)
  } catch {
    // What JSON.parse says points into the text; the option's name is what helps.
    throw new PlatenError('input.invalid', '--input is not JSON.', { field: 'input' })
  }
}

function one(known: Settings, id: string): Promise<Job> {
  return ask<Job>(known, 'GET', `/v1/jobs/${encodeURIComponent(id)}`)
}

/** Polls the job until it has ended; the job's own deadlines bound the wait. Its id comes first, for whoever has to ask later. */
async function finish(known: Settings, id: string, values: Values): Promise<number> {
  process.stderr.write(`${id}\n`)
  let last = ''
  for (;;) {
    const job = await patiently(() => one(known, id), waiting)
    const line = `${job.state} ${words(job)}`
    if (line !== last) process.stderr.write(`${job.kind}: ${line}\n`)
    last = line
    // What became of a job that was absorbed is what becomes of the one that stands for it.
    if (job.standIn !== undefined) return finish(known, job.standIn, values)
    if (ended.has(job.state)) {
      process.stdout.write(`${terminalJson(job, values['json'] === true ? 0 : 2)}\n`)
      return job.state === 'succeeded' ? 0 : 1
    }
    await waiting.pause()
  }
}

function words({ state, result, error, progress, reason }: Job): string {
  const why = error ?? (state === 'queued' ? reason : undefined)
  const far = progress ? `${progress.done}/${progress.total || '?'} ${progress.note}` : ''
  // What failed may have a result all the same.
  const said = why ? `${why.message} [${why.code}]` : (result?.summary ?? far)
  return terminalText(said)
}
