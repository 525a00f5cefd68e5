import { weekdays, type LocalTime } from '../domain/local-time.ts'

/**
 * The time at a place, by the zone of this process: `Intl` would say the same and keep 1.8 MB of tables in memory for good,
 * which the time zone that V8 has anyway does not. Nothing else in the agent looks at local time; logs are in UTC.
 */
export function localTimeIn(timeZone: string, at: number): LocalTime {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(timeZone) ?? []
  const offsetMinutes = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  const zone = sign === undefined ? timeZone : 'UTC'
  if (process.env['TZ'] !== zone) process.env['TZ'] = zone
  const date = new Date(at + offsetMinutes * 60_000)
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0')).join('-')
  return { day, weekday: weekdays[date.getDay()] ?? 'sun', minute: date.getHours() * 60 + date.getMinutes() }
}
