import { PlatenError, toPlatenError, type ErrorCode, type KindHealthReportResult } from '@platen/protocol'
import type { Clock } from '../../ports/clock.ts'

/** One section of the report. */
export type Section = KindHealthReportResult['sections'][number]
export type SectionName = Section['section']
export type Finding = Section['findings'][number]
export type Facts = Section['facts']

/** What a look at one part brought; undefined where the site has no such part. */
export type Look = (
  signal: AbortSignal,
) => Promise<{ readonly facts: Facts; readonly findings: readonly (Finding | undefined)[] } | undefined>

/** How long one part may take: the job has a minute, and a part that hangs says enough by that. */
export const sectionMs = 8_000
/** What a part that hangs is told as. */
const lateCodes: Partial<Record<SectionName, ErrorCode>> = {
  nginx: 'nginx.unavailable',
  mysql: 'mysql.unavailable',
  redis: 'redis.unavailable',
  php: 'php.timeout',
  wordpress: 'php.timeout',
  plugins: 'php.timeout',
  cron: 'php.timeout',
}
/** Without these there is no site. What only could not be looked at, as for a name in wp-config.php, is not as bad. */
const deadly: Partial<Record<SectionName, readonly ErrorCode[]>> = {
  disk: ['job.deadline', 'file.not_found'],
  php: ['php.unavailable', 'php.timeout', 'php.failed'],
  nginx: ['nginx.unavailable', 'page.unreachable'],
  mysql: ['mysql.unavailable'],
}

/** Looks at one part within its own deadline. Never rejects, but where the job itself is called off. */
export async function lookAt(section: SectionName, look: Look, clock: Clock, signal: AbortSignal): Promise<Section> {
  const startedAt = clock.now()
  const late = new AbortController()
  const forget = clock.after(sectionMs, () => late.abort(lateError(section)))
  try {
    const own = AbortSignal.any([signal, late.signal])
    const seen = await Promise.race([look(own), aborted(own)])
    const tookMs = clock.now() - startedAt
    if (!seen) return { section, state: 'absent', tookMs, facts: {}, findings: [] }
    return { section, state: 'ok', tookMs, facts: bounded(seen.facts), findings: worstFirst(seen.findings) }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    return failed(section, late.signal.aborted ? late.signal.reason : error, clock.now() - startedAt)
  } finally {
    forget()
  }
}

function lateError(section: SectionName): PlatenError {
  const code = lateCodes[section]
  return code ? new PlatenError(code) : new PlatenError('job.deadline', `It gave up on this part: ${section}.`)
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

function failed(section: SectionName, error: unknown, tookMs: number): Section {
  const { code, message } = toPlatenError(error)
  const level = deadly[section]?.includes(code) ? 'critical' : 'attention'
  return { section, state: 'failed', code, tookMs, facts: {}, findings: [{ level, text: message.slice(0, 300) }] }
}

function worstFirst(findings: readonly (Finding | undefined)[]): Finding[] {
  const told = findings.filter(finding => finding !== undefined)
  return ['critical', 'attention'].flatMap(level => told.filter(finding => finding.level === level)).slice(0, 20)
}

/** Numbers to two decimals, since more of them are noise; texts to their bound. */
function bounded(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts)
      .slice(0, 400)
      .map(([name, value]) => [
        name,
        typeof value === 'number' ? Math.round(value * 100) / 100 : typeof value === 'string' ? value.slice(0, 500) : value,
      ]),
  )
}
