/** Days of the week as quiet hours name them, the way that `Date` counts them. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** The last moment of the calendar, in ms since the epoch: strangers may name a later one, and nobody could say when that is. */
export const lastMomentMs: number = 8_640_000_000_000_000

/** A moment by the clock on the wall of some place. */
export interface LocalTime {
  /** Such as `2026-11-27`. */
  readonly day: string
  readonly weekday: (typeof weekdays)[number]
  /** Since midnight. */
  readonly minute: number
}

/** The time at a place. A time zone that is not known is UTC. */
export type LocalTimeIn = (timeZone: string, at: number) => LocalTime
