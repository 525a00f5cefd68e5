import { Type } from 'typebox'
import type { KindSource } from './kind-source.ts'
import { closed, Code, Count, Summary } from './parts.ts'

const sections = ['machine', 'cgroup', 'disk', 'php', 'nginx', 'mysql', 'redis', 'wordpress', 'plugins', 'cron']

/** Says how machine, PHP, nginx, database, Redis and WordPress are doing, also when PHP is dead. */
export const healthReport: KindSource = {
  name: 'health.report',
  title: 'Health report',
  action: 'Check health',
  description: 'Looks at server, PHP, database, caches and WordPress, and says what needs attention.',
  weight: 'light',
  priority: 50,
  role: 'site',
  retry: { attempts: 2, firstMs: 5_000, capMs: 60_000, codes: ['worker.crashed', 'job.lost'] },
  coalesce: { by: ['sections'], mode: 'keep-first' },
  deadlines: { queueMs: 3_600_000, runMs: 60_000 },
  usualInput: { sections: 'all' },
  input: closed({
    sections: Type.Union([
      Type.Literal('all'),
      Type.Array(Type.Enum(sections), { minItems: 1, maxItems: sections.length, uniqueItems: false }),
    ]),
  }),
  result: closed({
    summary: Summary,
    condition: Type.Enum(['good', 'attention', 'critical']),
    sections: Type.Array(
      closed({
        section: Type.Enum(sections),
        /** `absent`: the site has none of it. `failed`: it could not be looked at, and `code` says why. */
        state: Type.Enum(['ok', 'absent', 'failed']),
        code: Type.Optional(Code),
        tookMs: Count,
        /** Measures by dotted camel-case name with the unit last, such as `memory.usedBytes`. */
        facts: Type.Record(
          Type.String({ maxLength: 64 }),
          Type.Union([Type.Null(), Type.Boolean(), Type.Number(), Type.String({ maxLength: 500 })]),
          {
            maxProperties: 400,
          },
        ),
        /** What a person should know, worst first. */
        findings: Type.Array(closed({ level: Type.Enum(['attention', 'critical']), text: Type.String({ maxLength: 300 }) }), {
          maxItems: 20,
        }),
      }),
      { maxItems: sections.length },
    ),
  }),
}
