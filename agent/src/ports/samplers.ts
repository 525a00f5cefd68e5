/** What the machine as a whole is doing. */
export interface MachineState {
  /** Such as `Debian GNU/Linux 12 (bookworm)`; null where the system does not tell. */
  readonly os: string | null
  /** Such as `Linux 6.1.0 x64`. */
  readonly kernel: string
  readonly cpus: number
  /** Mean of the last minute. */
  readonly load1: number
  /** Since boot, 0 to 100. */
  readonly cpuPct: number
  readonly memoryTotalBytes: number
  readonly memoryAvailableBytes: number
  readonly swapTotalBytes: number
  readonly swapUsedBytes: number
  readonly uptimeSeconds: number
}

/** What the kernel allows this container, and how close it is to it. Null: no limit, or not told. */
export interface CgroupState {
  readonly version: 1 | 2
  readonly memoryLimitBytes: number | null
  /** Without file pages that can be dropped at once. */
  readonly memoryUsedBytes: number | null
  readonly oomKills: number | null
  /** Cores that may be used at once. */
  readonly cpuLimitCores: number | null
  /** Of the periods since start in which there was something to do, 0 to 100. */
  readonly throttledPct: number | null
  readonly processes: number | null
  readonly processesLimit: number | null
  /** Share of the last minute in which something waited (PSI), 0 to 100. */
  readonly cpuPressurePct: number | null
  readonly memoryPressurePct: number | null
  readonly ioPressurePct: number | null
}

/** Room on one disk. */
export interface VolumeState {
  /** Tells whether two folders share one disk. */
  readonly device: number
  readonly totalBytes: number
  /** For whom is not root. */
  readonly freeBytes: number
  /** 0 where the file system has no bound on inodes. */
  readonly inodes: number
  readonly inodesFree: number
}

/** Room where the site is, and where its uploads are. */
export interface DiskState {
  readonly root: VolumeState
  /** Absent where there is no such folder. */
  readonly uploads?: VolumeState
}

/** PHP-FPM's counters, by the names that it gives them; only numbers and short words of it are kept. */
export interface FpmStatus {
  readonly pool: string
  readonly processManager: string
  readonly acceptedConnections: number
  readonly listenQueue: number
  readonly maxListenQueue: number
  readonly idleProcesses: number
  readonly activeProcesses: number
  readonly totalProcesses: number
  readonly maxActiveProcesses: number
  readonly maxChildrenReached: number
  readonly slowRequests: number
  readonly startedSecondsAgo: number
}

/** nginx's counters since it started, by stub_status. */
export interface NginxStatus {
  readonly active: number
  readonly accepted: number
  readonly handled: number
  readonly requests: number
  readonly reading: number
  readonly writing: number
  readonly waiting: number
}

/** What the database server and the site's tables in it are like. */
export interface DatabaseState {
  readonly version: string
  readonly uptimeSeconds: number
  readonly connections: number
  readonly connectionsLimit: number
  readonly runningQueries: number
  readonly slowQueries: number
  /** Of the site alone: those with its prefix. */
  readonly tables: number
  readonly tablesBytes: number
  /** Tables without transactions. */
  readonly tablesNotInnodb: number
  /** Options that WordPress reads at every request. */
  readonly autoloadedOptions: number
  readonly autoloadedBytes: number
}

/** What a Redis server tells of itself. */
export interface RedisState {
  readonly version: string
  readonly usedBytes: number
  /** 0: no bound. */
  readonly maxBytes: number
  readonly evictionPolicy: string
  readonly evictedKeys: number
  readonly hits: number
  readonly misses: number
  readonly clients: number
  readonly uptimeSeconds: number
  /** All keys of the site's database, whoever they belong to. */
  readonly keys: number
}

/**
 * One look at each part of a site's ground. All of them end when the signal aborts, and throw PlatenError with the part's own
 * code; undefined and absent members mean that the site has no such part, or that the policy file does not name it.
 */
export interface Samplers {
  machine(signal: AbortSignal): Promise<MachineState>
  cgroup(signal: AbortSignal): Promise<CgroupState | undefined>
  disk(signal: AbortSignal): Promise<DiskState>
  /** Undefined also where this process may not open PHP-FPM's socket. */
  fpm(signal: AbortSignal): Promise<FpmStatus | undefined>
  nginx?(signal: AbortSignal): Promise<NginxStatus>
  database?(signal: AbortSignal): Promise<DatabaseState>
  redis?(signal: AbortSignal): Promise<RedisState>
}
