/** The controllers that a report reads. */
export type CgroupController = 'memory' | 'cpu' | 'pids'

/** Folders of a process's cgroup, its own first and then those above it: a limit of any of them holds. */
export interface CgroupPlace {
  readonly version: 1 | 2
  readonly folders: Readonly<Record<CgroupController, readonly string[]>>
}

const controllers: readonly CgroupController[] = ['memory', 'cpu', 'pids']
const mostDepth = 32

/**
 * Where a process's controllers are, from /proc/PID/cgroup and /proc/PID/mountinfo (man 7 cgroups). Undefined where there are
 * none. A path that leads above the mount, as in a container without a cgroup namespace, is the mount itself.
 */
export function cgroupPlace(cgroup: string, mountInfo: string): CgroupPlace | undefined {
  const mounts = cgroupMounts(mountInfo)
  const paths = memberships(cgroup)
  const unified = mounts.find(mount => mount.kind === 'cgroup2')
  const legacy = (name: string): readonly string[] => {
    const mount = mounts.find(({ kind, options }) => kind === 'cgroup' && options.includes(name))
    return mount ? upwards(mount, paths.get(name) ?? '/') : []
  }
  // Where both are mounted, the controllers are bound to the older one.
  const old = Object.fromEntries(controllers.map(name => [name, legacy(name)])) as CgroupPlace['folders']
  if (controllers.some(name => old[name].length > 0)) return { version: 1, folders: old }
  if (!unified) return undefined
  const folders = upwards(unified, paths.get('') ?? '/')
  return { version: 2, folders: { memory: folders, cpu: folders, pids: folders } }
}

interface Mount {
  readonly root: string
  readonly point: string
  readonly kind: string
  readonly options: readonly string[]
}

function cgroupMounts(mountInfo: string): readonly Mount[] {
  return mountInfo.split('\n').flatMap(line => {
    const fields = line.split(' ')
    const dash = fields.indexOf('-')
    const [kind, , options = ''] = fields.slice(dash + 1)
    if (dash < 0 || (kind !== 'cgroup' && kind !== 'cgroup2')) return []
    return [{ root: fields[3] ?? '/', point: fields[4] ?? '', kind, options: options.split(',') }]
  })
}

/** Path by controller; the unified hierarchy's under the empty name. */
function memberships(cgroup: string): ReadonlyMap<string, string> {
  return new Map(
    cgroup.split('\n').flatMap(line => {
      const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
      return path === undefined ? [] : (names ?? '').split(',').map(name => [name, path] as const)
    }),
  )
}

function upwards({ root, point }: Mount, path: string): readonly string[] {
  const below =
    path === root || root === '/' ? path.slice(root === '/' ? 0 : root.length) : path.startsWith(`${root}/`) ? path.slice(root.length) : ''
  const steps = below.split('/').filter(step => step !== '')
  if (steps.includes('..')) return [point]
  return Array.from({ length: Math.min(steps.length, mostDepth) + 1 }, (_, up) => [point, ...steps.slice(0, steps.length - up)].join('/'))
}

/** A number that stands alone in a file; null for `max`, nothing, and the huge or negative values by which v1 means no limit. */
export function limitOf(text: string | undefined): number | null {
  const number = numberOf(text)
  return number === null || number < 0 || number >= 2 ** 60 ? null : number
}

/** A number that stands alone in a file, or null. */
export function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^-?\d{1,20}\s*$/.test(text) ? Number(text) : null
}

/** Cores by `cpu.max` of v2: `QUOTA PERIOD` or `max PERIOD`, both in microseconds. */
export function coresOf(text: string | undefined): number | null {
  const [, quota, period] = /^(\d{1,18}) (\d{1,18})\s*$/.exec(text ?? '') ?? []
  return period === undefined || Number(period) === 0 ? null : Number(quota) / Number(period)
}

/** Values of a file with `NAME NUMBER` lines, such as memory.stat. */
export function keyedOf(text: string | undefined): ReadonlyMap<string, number> {
  return new Map([...(text ?? '').matchAll(/^([\w.]+) (\d{1,20})$/gm)].map(([, name, value]) => [name as string, Number(value)]))
}

/** The `some avg60` of a pressure file, 0 to 100; null where the kernel does not tell. */
export function pressureOf(text: string | undefined): number | null {
  const [, share] = /^some avg10=[\d.]+ avg60=([\d.]{1,8}) /m.exec(text ?? '') ?? []
  return share === undefined ? null : Number(share)
}
