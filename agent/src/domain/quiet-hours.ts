import type { DocumentPolicy } from '@platen/protocol'
import { weekdays, type LocalTime, type LocalTimeIn } from './local-time.ts'

/** Quiet hours of somebody, with the time zone that they are meant in. */
export type Calendar = NonNullable<DocumentPolicy['quietHours']>

type Period = Calendar['hours'][number]

const minutesOfDay = 1_440
const minuteMs = 60_000
/** Nobody is told of an end that is further away: a week without an end has none. */
const mostMs = 7 * minutesOfDay * minuteMs

/** When the quiet hours that hold now are over, or undefined where none hold. Periods that meet or overlap count as one. */
export function quietUntil(calendars: readonly Calendar[], now: number, localTimeIn: LocalTimeIn): number | undefined {
  let until = now
  while (until - now < mostMs) {
    const leftMs = Math.max(0, ...calendars.map(({ timeZone, hours }) => minutesLeft(hours, localTimeIn(timeZone, until)) * minuteMs))
    if (leftMs === 0) break
    until += leftMs - (until % minuteMs)
  }
  return until > now ? Math.min(until, now + mostMs) : undefined
}

function minutesLeft(hours: readonly Period[], time: LocalTime): number {
  return Math.max(0, ...hours.map(period => minutesOf(period, time)))
}

/** How much longer a period lasts; 0 where it does not hold. */
function minutesOf({ days, from, to }: Period, { weekday, minute }: LocalTime): number {
  const begin = toMinute(from)
  const end = toMinute(to)
  const isOn = (day: LocalTime['weekday']): boolean => days.includes(day)
  if (begin < end) return isOn(weekday) && minute >= begin && minute < end ? end - minute : 0
  if (isOn(weekday) && minute >= begin) return minutesOfDay - minute + end
  return isOn(dayBefore(weekday)) && minute < end ? end - minute : 0
}

function dayBefore(day: LocalTime['weekday']): LocalTime['weekday'] {
  return weekdays[(weekdays.indexOf(day) + 6) % 7] ?? day
}

function toMinute(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}
