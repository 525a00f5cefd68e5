import { currentLoad, mem, time } from 'systeminformation'
import type { MachineState } from '../ports/samplers.ts'

/** Reads the machine's figures. What systeminformation would start a program for is not asked. */
export async function machineState(): Promise<MachineState> {
  const [load, memory] = await Promise.all([currentLoad(), mem()])
  return {
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
