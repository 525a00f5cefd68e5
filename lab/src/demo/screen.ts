import type { ApiJob } from '../stack/api.ts'

/** What the demo tells its user while it works. */
export interface Screen {
  /** A step of bringing things up. */
  readonly step: (text: string) => void
  /** A job that looks different than before. */
  readonly job: (job: ApiJob) => void
  /** Lines that stay. */
  readonly say: (text: string) => void
}

const barWidth = 20

/** A screen on a stream: one line that moves on a terminal, a line a change elsewhere. */
export function screen(stream: NodeJS.WriteStream): Screen {
  const live = stream.isTTY
  let open = false
  const close = (): void => {
    if (open) stream.write('\n')
    open = false
  }
  const moving = (text: string): void => {
    stream.write(live ? `\r\u001b[K${text.slice(0, (stream.columns ?? 80) - 1)}` : `${text}\n`)
    open = live
  }
  return {
    step: text => {
      close()
      stream.write(`  ${text}\n`)
    },
    job: job => {
      moving(`  ${jobLine(job)}`)
      if (job.finishedAt !== undefined) close()
    },
    say: text => {
      close()
      stream.write(`${text}\n`)
    },
  }
}

/** One job as one line. */
export function jobLine({ kind, state, progress, result, error }: ApiJob): string {
  const name = kind.padEnd(16)
  if (state === 'succeeded') return `✔ ${name} ${plain(result?.summary ?? 'done')}`
  if (error) return `✖ ${name} ${state}: ${plain(error.message)} [${error.code}]`
  if (!progress) return `… ${name} ${state}`
  return `… ${name} ${bar(progress.done, progress.total)} ${plain(progress.note)}`
}

/** What an agent says is somebody else's text: nothing in it may move the cursor. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}

function bar(done: number, total: number): string {
  if (total === 0) return ''
  const full = Math.round((Math.min(done, total) / total) * barWidth)
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`
}
