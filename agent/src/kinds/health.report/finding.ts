import type { Finding } from './section.ts'

interface Bounds {
  readonly attention: number
  readonly critical?: number
}

/** A finding where a value is at its bound or over. */
export function over(value: number | null | undefined, { attention, critical = Infinity }: Bounds, text: string): Finding | undefined {
  if (value === null || value === undefined || value < attention) return undefined
  return { level: value >= critical ? 'critical' : 'attention', text }
}

/** A finding where a value is at its bound or under. */
export function under(value: number | null | undefined, { attention, critical = -Infinity }: Bounds, text: string): Finding | undefined {
  if (value === null || value === undefined || value > attention) return undefined
  return { level: value <= critical ? 'critical' : 'attention', text }
}

/** A finding where something is so. */
export function when(is: boolean, level: Finding['level'], text: string): Finding | undefined {
  return is ? { level, text: text.slice(0, 300) } : undefined
}

/** Share of a whole, 0 to 100; null where there is no whole to speak of. */
export function pct(part: number, whole: number): number | null {
  return whole > 0 ? (part / whole) * 100 : null
}

/** A share in words. */
export function words(share: number | null): string {
  return share === null ? '?' : `${Math.round(share)} %`
}
