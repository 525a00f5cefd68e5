import { readFile } from 'node:fs/promises'
import { arch, release, type } from 'node:os'
import { currentLoad, mem, time } from 'systeminformation'
import type { MachineState } from '../ports/samplers.ts'

/** Reads the machine's figures. What systeminformation would start a program for is not asked. */
export async function machineState(): Promise<MachineState> {
  const [load, memory, os] = await Promise.all([currentLoad(), mem(), systemName()])
  return {
    os,
    kernel: `${type()} ${release()} ${arch()}`.slice(0, 200),
    cpus: load.cpus.length,
    load1: load.avgLoad,
    cpuPct: load.currentLoad,
    memoryTotalBytes: memory.total,
    memoryAvailableBytes: memory.available,
    swapTotalBytes: memory.swaptotal,
    swapUsedBytes: memory.swapused,
    uptimeSeconds: Math.floor(time().uptime),
  }
}

/** By man 5 os-release. */
async function systemName(): Promise<string | null> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => {
    // Other systems, and containers made of one program, have no such file.
    return ''
  })
  return /^PRETTY_NAME="?([^"\n]{1,200})"?$/m.exec(text)?.[1] ?? null
}
