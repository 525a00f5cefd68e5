import type { KindHealthReportInput } from '@platen/protocol'
import type { Handler, JobContext } from '../../ports/job-handler.ts'
import type { PageFetcher } from '../../ports/page-fetcher.ts'
import type { Samplers } from '../../ports/samplers.ts'
import { cgroup, disk, machine } from './machine-sections.ts'
import { lookAt, sectionMs, type Look, type Section, type SectionName } from './section.ts'
import { mysql, nginx, redis } from './service-sections.ts'
import { judged } from './summary.ts'
import { cron, php, plugins, wordpress, type AskWordpress } from './wordpress-sections.ts'

/** What the job is done with. */
export interface HealthReportParts {
  readonly samplers: Samplers
  readonly fetcher: PageFetcher
}

type Context = JobContext<KindHealthReportInput>

/**
 * Looks at each part of the site at the same time, each within its own deadline, so that what hangs or is dead costs the others
 * nothing. Changes nothing; a part that can't be looked at is a finding and no failure of the job.
 */
export function healthReport({ samplers, fetcher }: HealthReportParts): Handler<'health.report'> {
  return async context => {
    const looks = looksOf(samplers, fetcher, context)
    const wanted = context.input.sections === 'all' ? names : names.filter(name => context.input.sections.includes(name))
    let done = 0
    const sections = await Promise.all(
      wanted.map(async name => {
        const section = await lookAt(name, looks[name], context.clock, context.signal)
        context.progress(++done, wanted.length, `${done} of ${wanted.length} parts`)
        return section
      }),
    )
    return { result: { ...judged(sections), sections: [...sections] satisfies Section[] }, effect: 'none' }
  }
}

/** In the order in which people read them. */
const names: readonly SectionName[] = ['machine', 'cgroup', 'disk', 'php', 'nginx', 'mysql', 'redis', 'wordpress', 'plugins', 'cron']

function looksOf(samplers: Samplers, fetcher: PageFetcher, context: Context): Readonly<Record<SectionName, Look>> {
  const ask = askOnce(context)
  return {
    machine: machine(samplers),
    cgroup: cgroup(samplers),
    disk: disk(samplers),
    php: php(samplers, ask),
    nginx: nginx(samplers, fetcher, context.policy),
    mysql: mysql(samplers),
    redis: redis(samplers),
    wordpress: wordpress(ask),
    plugins: plugins(ask),
    cron: cron(ask),
  }
}

/** Ends before the sections that wait for it, so that each can say why. */
const askMs = sectionMs - 1_000

function askOnce({ php: channel, signal }: Context): AskWordpress {
  const options = { signal, deadlineMs: askMs }
  let health: ReturnType<AskWordpress['health']> | undefined
  let describe: ReturnType<AskWordpress['describe']> | undefined
  return {
    health: () => (health ??= channel.call('site.health', {}, options)),
    describe: () => (describe ??= channel.call('site.describe', {}, options)),
  }
}
