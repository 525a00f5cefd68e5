import type { Samplers, VolumeState } from '../../ports/samplers.ts'
import { over, pct, under, words } from './finding.ts'
import type { Facts, Finding, Look } from './section.ts'
import { thresholds } from './thresholds.ts'

/** CPU and memory of the machine as a whole. */
export function machine(samplers: Samplers): Look {
  return async signal => {
    const state = await samplers.machine(signal)
    const available = pct(state.memoryAvailableBytes, state.memoryTotalBytes)
    const swap = pct(state.swapUsedBytes, state.swapTotalBytes)
    const load = state.load1 / Math.max(1, state.cpus)
    return {
      facts: {
        'os.name': state.os,
        'os.kernel': state.kernel,
        'cpu.count': state.cpus,
        'cpu.usedPct': state.cpuPct,
        'load.oneMinute': state.load1,
        'memory.totalBytes': state.memoryTotalBytes,
        'memory.availableBytes': state.memoryAvailableBytes,
        'memory.availablePct': available,
        'swap.totalBytes': state.swapTotalBytes,
        'swap.usedBytes': state.swapUsedBytes,
        uptimeSeconds: state.uptimeSeconds,
      },
      findings: [
        under(available, thresholds.memoryAvailablePct, `Only ${words(available)} of the server’s memory is available.`),
        over(swap, thresholds.swapUsedPct, `${words(swap)} of the swap is in use.`),
        over(load, thresholds.loadPerCpu, `The server has more to do than it can: load ${state.load1.toFixed(1)} on ${state.cpus} cores.`),
      ],
    }
  }
}

/** What the container may use. */
export function cgroup(samplers: Samplers): Look {
  return async signal => {
    const state = await samplers.cgroup(signal)
    if (!state) return undefined
    const { memoryUsedBytes, memoryLimitBytes } = state
    const used = memoryUsedBytes === null || memoryLimitBytes === null ? null : pct(memoryUsedBytes, memoryLimitBytes)
    return {
      facts: {
        version: state.version,
        'memory.limitBytes': memoryLimitBytes,
        'memory.usedBytes': memoryUsedBytes,
        'memory.usedPct': used,
        'memory.oomKills': state.oomKills,
        'memory.pressurePct': state.memoryPressurePct,
        'cpu.limitCores': state.cpuLimitCores,
        'cpu.throttledPct': state.throttledPct,
        'cpu.pressurePct': state.cpuPressurePct,
        'io.pressurePct': state.ioPressurePct,
        'processes.count': state.processes,
        'processes.limit': state.processesLimit,
      },
      findings: [
        over(used, thresholds.containerMemoryUsedPct, `${words(used)} of the container’s memory is in use.`),
        over(state.oomKills, thresholds.oomKills, `${state.oomKills} processes were ended because memory ran out.`),
        over(
          state.throttledPct,
          thresholds.throttledPct,
          `The container waits for its CPU quota in ${words(state.throttledPct)} of the time.`,
        ),
        over(
          state.memoryPressurePct,
          thresholds.pressurePct,
          `Programs waited for memory in ${words(state.memoryPressurePct)} of the last minute.`,
        ),
        over(
          state.ioPressurePct,
          thresholds.pressurePct,
          `Programs waited for the disk in ${words(state.ioPressurePct)} of the last minute.`,
        ),
      ],
    }
  }
}

/** Room where the site and its uploads are. */
export function disk(samplers: Samplers): Look {
  return async signal => {
    const { root, uploads } = await samplers.disk(signal)
    const apart = uploads !== undefined && uploads.device !== root.device
    return {
      facts: { ...volumeFacts('site', root), ...(uploads ? { ...volumeFacts('uploads', uploads), 'uploads.ownDisk': apart } : {}) },
      findings: [...volumeFindings('the site’s disk', root), ...(apart ? volumeFindings('the uploads’ disk', uploads) : [])],
    }
  }
}

function volumeFacts(name: string, { totalBytes, freeBytes, inodes, inodesFree }: VolumeState): Facts {
  return {
    [`${name}.totalBytes`]: totalBytes,
    [`${name}.freeBytes`]: freeBytes,
    [`${name}.freePct`]: pct(freeBytes, totalBytes),
    [`${name}.inodes`]: inodes,
    [`${name}.inodesFree`]: inodesFree,
    [`${name}.inodesFreePct`]: pct(inodesFree, inodes),
  }
}

function volumeFindings(name: string, { totalBytes, freeBytes, inodes, inodesFree }: VolumeState): readonly (Finding | undefined)[] {
  const [free, freeInodes] = [pct(freeBytes, totalBytes), pct(inodesFree, inodes)]
  return [
    under(free, thresholds.diskFreePct, `Only ${words(free)} of ${name} is free.`),
    under(freeInodes, thresholds.inodesFreePct, `Only ${words(freeInodes)} of the inodes of ${name} are free: there are too many files.`),
  ]
}
