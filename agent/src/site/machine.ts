import { readFile } from 'node:fs/promises'
import { arch, cpus, loadavg, release, type, uptime } from 'node:os'
import { mem } from 'systeminformation'
import type { MachineState } from '../ports/samplers.ts'

/** Reads the machine's figures, and starts no program for it: systeminformation would for load and time, so Node tells these. */
export async function machineState(): Promise<MachineState> {
  const [memory, os] = await Promise.all([mem(), systemName()])
  const cores = cpus()
  return {
    os,
    kernel: `${type()} ${release()} ${arch()}`.slice(0, 200),
    cpus: cores.length,
    load1: loadavg()[0] ?? 0,
    cpuPct: busyPct(cores.map(({ times }) => times)),
    memoryTotalBytes: memory.total,
    memoryAvailableBytes: memory.available,
    swapTotalBytes: memory.swaptotal,
    swapUsedBytes: memory.swapused,
    uptimeSeconds: Math.floor(uptime()),
  }
}

function busyPct(times: readonly ReturnType<typeof cpus>[number]['times'][]): number {
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  const idle = times.reduce((sum, core) => sum + core.idle, 0)
  return total > 0 ? ((total - idle) / total) * 100 : 0
}

/** By man 5 os-release. */
async function systemName(): Promise<string | null> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => {
    // Other systems, and containers made of one program, have no such file.
    return ''
  })
  return /^PRETTY_NAME="?([^"\n]{1,200})"?$/m.exec(text)?.[1] ?? null
}
