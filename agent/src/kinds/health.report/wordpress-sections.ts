import type { SiteDescribeValue, SiteHealthValue } from '@platen/protocol'
import type { FpmStatus, Samplers } from '../../ports/samplers.ts'
import { over, pct, under, when } from './finding.ts'
import type { Facts, Finding, Look } from './section.ts'
import { thresholds } from './thresholds.ts'

/** What WordPress says of itself, each asked once for all the sections that need it. */
export interface AskWordpress {
  health(): Promise<SiteHealthValue>
  describe(): Promise<SiteDescribeValue>
}

/** At most so many plugins are listed, with three facts each. */
const mostPlugins = 120

/** PHP and its workers. These are told also where WordPress, or the database under it, is broken: PHP itself answers. */
export function php(samplers: Samplers, ask: AskWordpress): Look {
  return async signal => {
    const [health, fpm] = await Promise.all([settled(ask.health()), samplers.fpm(signal)])
    if (!fpm && 'error' in health) throw health.error
    const told = 'value' in health ? health.value.php : undefined
    return {
      facts: { ...(told ? settingFacts(told) : {}), ...(fpm ? workerFacts(fpm) : {}) },
      findings: [...(told ? settingFindings(told) : []), ...(fpm ? workerFindings(fpm) : [])],
    }
  }
}

type Settled<T> = { readonly value: T } | { readonly error: unknown }

function settled<T>(asking: Promise<T>): Promise<Settled<T>> {
  return asking.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
}

function settingFacts({ version, memoryLimit, maxExecutionSeconds, extensions, opcache }: SiteHealthValue['php']): Facts {
  const facts = { version, memoryLimit, maxExecutionSeconds, extensions: extensions.length }
  if (!opcache) return facts
  return {
    ...facts,
    'opcache.usedBytes': opcache.usedBytes,
    'opcache.freeBytes': opcache.freeBytes,
    'opcache.wastedPct': opcache.wastedPct,
    'opcache.scripts': opcache.scripts,
    'opcache.hitPct': opcache.hitPct,
  }
}

function settingFindings({ version, opcache }: SiteHealthValue['php']): readonly (Finding | undefined)[] {
  const free = opcache ? pct(opcache.freeBytes, opcache.usedBytes + opcache.freeBytes) : null
  return [
    when(isOld(version), 'attention', `PHP ${version} gets no security fixes any more.`),
    when(opcache === undefined, 'attention', 'Opcache is off, so PHP compiles every file at every request.'),
    under(free, thresholds.opcacheFreePct, 'Opcache’s memory is nearly full.'),
  ]
}

function workerFacts(fpm: FpmStatus): Facts {
  return {
    'fpm.activeProcesses': fpm.activeProcesses,
    'fpm.idleProcesses': fpm.idleProcesses,
    'fpm.totalProcesses': fpm.totalProcesses,
    'fpm.queue': fpm.listenQueue,
    'fpm.mostQueued': fpm.maxListenQueue,
    'fpm.maxChildrenReached': fpm.maxChildrenReached,
    'fpm.slowRequests': fpm.slowRequests,
    'fpm.startedSecondsAgo': fpm.startedSecondsAgo,
  }
}

function workerFindings({ listenQueue, maxChildrenReached, slowRequests }: FpmStatus): readonly (Finding | undefined)[] {
  return [
    over(listenQueue, thresholds.fpmQueue, `Requests wait for a PHP worker: ${listenQueue}.`),
    over(maxChildrenReached, thresholds.fpmMaxChildrenReached, `PHP needed more workers than it may have ${maxChildrenReached} times.`),
    over(slowRequests, thresholds.fpmSlowRequests, `Requests that were slow since PHP-FPM started: ${slowRequests}.`),
  ]
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldMajor, oldMinor] = thresholds.oldestSupportedPhp
  return major < oldMajor || (major === oldMajor && minor < oldMinor)
}

/** WordPress itself and its themes. */
export function wordpress(ask: AskWordpress): Look {
  return async () => {
    const [{ core, themes, debug, objectCache, administrators }, { maintenance, multisite, pluginVersion }] = await Promise.all([
      ask.health(),
      ask.describe(),
    ])
    const theme = themes.find(({ active }) => active)
    const outdated = themes.filter(({ update }) => update !== undefined)
    return {
      facts: {
        version: core.version,
        update: core.update ?? null,
        maintenance,
        debug,
        multisite,
        objectCache,
        administrators,
        platenVersion: pluginVersion,
        'theme.slug': theme?.slug ?? null,
        'theme.version': theme?.version ?? null,
        'themes.count': themes.length,
        'themes.outdated': outdated.length,
      },
      findings: [
        when(maintenance, 'attention', 'WordPress is in maintenance: an update is under way, or one broke off.'),
        when(core.update !== undefined, 'attention', `WordPress ${core.update} is out; this is ${core.version}.`),
        when(outdated.length > 0, 'attention', `Newer versions are out of these themes: ${outdated.map(({ slug }) => slug).join(', ')}.`),
        when(debug, 'attention', 'WP_DEBUG is on: visitors may see errors.'),
      ],
    }
  }
}

/** Plugins with their versions. */
export function plugins(ask: AskWordpress): Look {
  return async () => {
    const { plugins: all } = await ask.health()
    const outdated = all.filter(({ update }) => update !== undefined)
    const facts: Facts = { count: all.length, active: all.filter(({ active }) => active).length, outdated: outdated.length }
    for (const { slug, version, active, update } of all.slice(0, mostPlugins)) {
      const name = slug.replaceAll(/[^\w-]/g, '_').slice(0, 48)
      facts[`${name}.version`] = version
      facts[`${name}.active`] = active
      if (update !== undefined) facts[`${name}.update`] = update
    }
    return {
      facts,
      findings: [
        when(outdated.length > 0, 'attention', `Newer versions are out of these plugins: ${outdated.map(({ name }) => name).join(', ')}.`),
      ],
    }
  }
}

/** Scheduled work. */
export function cron(ask: AskWordpress): Look {
  return async () => {
    const { cron: told } = await ask.health()
    return {
      facts: {
        events: told.events,
        overdue: told.overdue,
        oldestOverdueSeconds: told.oldestOverdueSeconds,
        disabled: told.disabled,
      },
      findings: [
        over(
          told.oldestOverdueSeconds,
          thresholds.cronLateSeconds,
          `Scheduled work is ${Math.round(told.oldestOverdueSeconds / 60)} minutes late${told.disabled ? '; WordPress’s own cron is off' : ''}.`,
        ),
      ],
    }
  }
}
