/** From where on a person should know of it. Percentages are 0 to 100. */
export const thresholds = {
  /** Memory of the machine that programs can still have. */
  memoryAvailablePct: { attention: 10, critical: 5 },
  /** Swap in use: what does not fit is slow. */
  swapUsedPct: { attention: 50 },
  /** Runnable tasks a core, over one minute. */
  loadPerCpu: { attention: 2, critical: 8 },
  /** Memory of the container's limit. */
  containerMemoryUsedPct: { attention: 90, critical: 97 },
  /** Periods in which the container had to wait for its CPU quota. */
  throttledPct: { attention: 20 },
  /** Share of a minute in which something waited for memory or disk. */
  pressurePct: { attention: 20, critical: 50 },
  diskFreePct: { attention: 10, critical: 5 },
  inodesFreePct: { attention: 10, critical: 5 },
  /** The oldest PHP that still gets security fixes (php.net/supported-versions, November 2026). */
  oldestSupportedPhp: [8, 2],
  /** Requests that wait for a worker now. */
  fpmQueue: { attention: 1, critical: 10 },
  /** Times since PHP-FPM started in which all its workers were busy. */
  fpmMaxChildrenReached: { attention: 1 },
  /** Requests since PHP-FPM started that took longer than its own bound (request_slowlog_timeout). */
  fpmSlowRequests: { attention: 1 },
  /** Free opcache memory. */
  opcacheFreePct: { attention: 5 },
  /** The front page's answer, as nginx gave it. */
  frontPageMs: { attention: 1_000, critical: 5_000 },
  /** Tables that are not InnoDB. */
  tablesNotInnodb: { attention: 1 },
  /** Processes of the container that the kernel ended for want of memory. */
  oomKills: { attention: 1 },
  /** Connections of those that the database allows. */
  connectionsPct: { attention: 80, critical: 95 },
  /** Options that every request loads: the bound of WordPress's own Site Health (site_status_autoloaded_options_size_limit). */
  autoloadedBytes: { attention: 800_000 },
  /** Lookups that found something, once there were enough to tell. */
  redisHitPct: { attention: 80, leastLookups: 10_000 },
  redisMemoryUsedPct: { attention: 95 },
  /** Scheduled work that should have run. WordPress calls it missed after ten minutes (WP_Site_Health_Auto_Updates and cron test). */
  cronLateSeconds: { attention: 600, critical: 86_400 },
} as const
