import { v7 } from 'uuid'

/** What an id names; the prefix in front of its UUIDv7. */
export type IdType = 'acct' | 'site' | 'agent' | 'inst' | 'job' | 'tok' | 'evt' | 'sess'

/** A new id such as `job_01936f0e-…`: UUIDv7, so ids sort by the time they were made. */
export function newId(type: IdType): string {
  return `${type}_${v7()}`
}

/** Source of the pattern of ids of a type, for schemas. */
export function idPattern(type: IdType): string {
  return `^${type}_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`
}
