import { readFile } from 'node:fs/promises'
import { cgroupPlace, coresOf, keyedOf, limitOf, numberOf, pressureOf, type CgroupController, type CgroupPlace } from '../domain/cgroup.ts'
import type { CgroupState } from '../ports/samplers.ts'

type Read = (path: string) => Promise<string | undefined>

/** Reads limits and use of the cgroup that this process is in; undefined where there is none, as on a laptop without Linux. */
export async function cgroupState(read: Read = readIfThere): Promise<CgroupState | undefined> {
  const [cgroup, mountInfo] = await Promise.all([read('/proc/self/cgroup'), read('/proc/self/mountinfo')])
  const place = cgroup === undefined || mountInfo === undefined ? undefined : cgroupPlace(cgroup, mountInfo)
  if (!place) return undefined
  return place.version === 2 ? unified(place, read) : legacy(place, read)
}

async function unified({ folders }: CgroupPlace, read: Read): Promise<CgroupState> {
  const own = (controller: CgroupController, file: string): Promise<string | undefined> => read(`${folders[controller][0]}/${file}`)
  const [current, stat, events, cpu, pids, ...pressures] = await Promise.all([
    own('memory', 'memory.current'),
    own('memory', 'memory.stat'),
    own('memory', 'memory.events'),
    own('cpu', 'cpu.stat'),
    own('pids', 'pids.current'),
    ...['cpu', 'memory', 'io'].map(name => own('memory', `${name}.pressure`)),
  ])
  const [cpuPressurePct, memoryPressurePct, ioPressurePct] = pressures.map(pressureOf) as [number | null, number | null, number | null]
  return {
    version: 2,
    memoryLimitBytes: await least(folders.memory, 'memory.max', read, limitOf),
    memoryUsedBytes: working(numberOf(current), keyedOf(stat).get('inactive_file')),
    oomKills: keyedOf(events).get('oom_kill') ?? null,
    cpuLimitCores: await least(folders.cpu, 'cpu.max', read, coresOf),
    throttledPct: throttled(keyedOf(cpu)),
    processes: numberOf(pids),
    processesLimit: await least(folders.pids, 'pids.max', read, limitOf),
    cpuPressurePct,
    memoryPressurePct,
    ioPressurePct,
  }
}

async function legacy({ folders }: CgroupPlace, read: Read): Promise<CgroupState> {
  const own = (controller: CgroupController, file: string): Promise<string | undefined> =>
    folders[controller][0] === undefined ? Promise.resolve(undefined) : read(`${folders[controller][0]}/${file}`)
  const [usage, stat, oom, cpu, pids] = await Promise.all([
    own('memory', 'memory.usage_in_bytes'),
    own('memory', 'memory.stat'),
    own('memory', 'memory.oom_control'),
    own('cpu', 'cpu.stat'),
    own('pids', 'pids.current'),
  ])
  return {
    version: 1,
    memoryLimitBytes: await least(folders.memory, 'memory.limit_in_bytes', read, limitOf),
    memoryUsedBytes: working(numberOf(usage), keyedOf(stat).get('total_inactive_file')),
    oomKills: keyedOf(oom).get('oom_kill') ?? null,
    cpuLimitCores: await leastCores(folders.cpu, read),
    throttledPct: throttled(keyedOf(cpu)),
    processes: numberOf(pids),
    processesLimit: await least(folders.pids, 'pids.max', read, limitOf),
    cpuPressurePct: null,
    memoryPressurePct: null,
    ioPressurePct: null,
  }
}

/** The lowest limit from the cgroup up: each holds for all below it. */
async function least(
  folders: readonly string[],
  file: string,
  read: Read,
  parse: (text: string | undefined) => number | null,
): Promise<number | null> {
  const limits = await Promise.all(folders.map(async folder => parse(await read(`${folder}/${file}`))))
  return smallest(limits)
}

async function leastCores(folders: readonly string[], read: Read): Promise<number | null> {
  const cores = await Promise.all(
    folders.map(async folder => {
      const [quota, period] = await Promise.all([read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)])
      // −1 means no quota.
      return coresOf(`${quota?.trim()} ${period?.trim()}`)
    }),
  )
  return smallest(cores)
}

function smallest(values: readonly (number | null)[]): number | null {
  const set = values.filter(value => value !== null)
  return set.length === 0 ? null : Math.min(...set)
}

/** What can't be dropped at once, as container runtimes count it. */
function working(used: number | null, inactiveFile = 0): number | null {
  return used === null ? null : Math.max(0, used - inactiveFile)
}

function throttled(stat: ReadonlyMap<string, number>): number | null {
  const [periods, count] = [stat.get('nr_periods'), stat.get('nr_throttled')]
  return periods === undefined || count === undefined || periods === 0 ? null : (count / periods) * 100
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    // A controller that is not switched on has no files; v1 answers some reads with EINVAL or EOPNOTSUPP.
    if (['ENOENT', 'EACCES', 'ENOTDIR', 'EINVAL', 'EOPNOTSUPP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
