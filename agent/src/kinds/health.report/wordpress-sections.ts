import type { SiteHealthValue } from '@platen/protocol'
import type { Samplers } from '../../ports/samplers.ts'
import { over, pct, under, when } from './finding.ts'
import type { Facts, Look } from './section.ts'
import { thresholds } from './thresholds.ts'

/** What WordPress says of itself, asked once for all the sections that need it. */
export type AskWordpress = () => Promise<SiteHealthValue>

/** At most so many plugins are listed, with three facts each. */
const mostPlugins = 120

/** PHP and its workers. */
export function php(samplers: Samplers, ask: AskWordpress): Look {
  return async signal => {
    const [{ php: told }, fpm] = await Promise.all([ask(), samplers.fpm(signal)])
    const { opcache } = told
    const opcacheFree = opcache ? pct(opcache.freeBytes, opcache.usedBytes + opcache.freeBytes) : null
    return {
      facts: {
        version: told.version,
        memoryLimit: told.memoryLimit,
        maxExecutionSeconds: told.maxExecutionSeconds,
        extensions: told.extensions.length,
        ...(opcache
          ? {
              'opcache.usedBytes': opcache.usedBytes,
              'opcache.freeBytes': opcache.freeBytes,
              'opcache.wastedPct': opcache.wastedPct,
              'opcache.scripts': opcache.scripts,
              'opcache.hitPct': opcache.hitPct,
            }
          : {}),
        ...(fpm
          ? {
              'fpm.activeProcesses': fpm.activeProcesses,
              'fpm.idleProcesses': fpm.idleProcesses,
              'fpm.totalProcesses': fpm.totalProcesses,
              'fpm.queue': fpm.listenQueue,
              'fpm.mostQueued': fpm.maxListenQueue,
              'fpm.maxChildrenReached': fpm.maxChildrenReached,
              'fpm.slowRequests': fpm.slowRequests,
              'fpm.startedSecondsAgo': fpm.startedSecondsAgo,
            }
          : {}),
      },
      findings: [
        when(isOld(told.version), 'attention', `PHP ${told.version} gets no security fixes any more.`),
        when(opcache === undefined, 'attention', 'Opcache is off, so PHP compiles every file at every request.'),
        under(opcacheFree, thresholds.opcacheFreePct, 'Opcache’s memory is nearly full.'),
        over(fpm?.listenQueue, thresholds.fpmQueue, `${fpm?.listenQueue} requests wait for a PHP worker.`),
        over(
          fpm?.maxChildrenReached,
          { attention: 1 },
          `All PHP workers were busy ${fpm?.maxChildrenReached} times since PHP-FPM started.`,
        ),
        over(fpm?.slowRequests, { attention: 1 }, `${fpm?.slowRequests} requests were slow since PHP-FPM started.`),
      ],
    }
  }
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldMajor, oldMinor] = thresholds.oldestSupportedPhp
  return major < oldMajor || (major === oldMajor && minor < oldMinor)
}

/** WordPress itself and its themes. */
export function wordpress(ask: AskWordpress): Look {
  return async () => {
    const { core, themes, debug, objectCache, administrators, autoloadedBytes } = await ask()
    const theme = themes.find(({ active }) => active)
    const outdated = themes.filter(({ update }) => update !== undefined)
    return {
      facts: {
        version: core.version,
        update: core.update ?? null,
        'theme.slug': theme?.slug ?? null,
        'theme.version': theme?.version ?? null,
        'themes.count': themes.length,
        'themes.outdated': outdated.length,
        debug,
        objectCache,
        administrators,
        autoloadedBytes,
      },
      findings: [
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
    const { plugins: all } = await ask()
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
    const { cron: told } = await ask()
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
