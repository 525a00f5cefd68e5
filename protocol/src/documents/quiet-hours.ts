import { Type, type TSchema } from 'typebox'
import { closed } from '../kinds/parts.ts'

/** A name of the time zone database, or a fixed offset such as `+05:30`. */
export const TimeZone: TSchema = Type.String({
  pattern: '^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}|[+-][01][0-9]:[0-5][0-9])$',
  maxLength: 64,
})

const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' })

/**
 * Times of the week, by the clock on the wall. A period begins on its days; one whose end is not after its beginning lasts
 * into the next day, so that two equal times are a whole day.
 */
export const QuietHours: TSchema = Type.Array(
  closed({
    days: Type.Array(Type.Enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), { minItems: 1, maxItems: 7 }),
    from: TimeOfDay,
    to: TimeOfDay,
  }),
  { maxItems: 20 },
)

/** What heavy jobs may take in a day at the site. */
export const allowances: Record<string, TSchema> = {
  cpuSecondsPerDay: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000 })),
  diskBytesPerDay: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
}
