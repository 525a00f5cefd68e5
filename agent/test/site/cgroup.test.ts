import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cgroupState } from '../../src/site/cgroup.ts'

const reader =
  (files: Readonly<Record<string, string>>) =>
  (path: string): Promise<string | undefined> =>
    Promise.resolve(files[path])

describe('cgroupState', () => {
  it('takes the lowest limit from the folder up, and leaves out pages that can be dropped', async () => {
    const state = await cgroupState(
      reader({
        '/proc/self/cgroup': '0::/site/agent\n',
        '/proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
        '/sys/fs/cgroup/site/agent/memory.max': 'max\n',
        '/sys/fs/cgroup/site/memory.max': '1000000\n',
        '/sys/fs/cgroup/site/agent/memory.current': '900000\n',
        '/sys/fs/cgroup/site/agent/memory.stat': 'anon 1\ninactive_file 100000\n',
        '/sys/fs/cgroup/site/agent/memory.events': 'oom 2\noom_kill 1\n',
        '/sys/fs/cgroup/site/cpu.max': '50000 100000\n',
        '/sys/fs/cgroup/site/agent/cpu.stat': 'nr_periods 200\nnr_throttled 50\n',
        '/sys/fs/cgroup/site/agent/memory.pressure': 'some avg10=0.00 avg60=3.50 avg300=0.00 total=1\n',
      }),
    )
    assert.deepEqual(state, {
      version: 2,
      memoryLimitBytes: 1_000_000,
      memoryUsedBytes: 800_000,
      oomKills: 1,
      cpuLimitCores: 0.5,
      throttledPct: 25,
      processes: null,
      processesLimit: null,
      cpuPressurePct: null,
      memoryPressurePct: 3.5,
      ioPressurePct: null,
    })
  })

  it('reads version 1, where no quota is −1', async () => {
    const state = await cgroupState(
      reader({
        '/proc/self/cgroup': '9:memory:/a\n8:cpu,cpuacct:/a\n',
        '/proc/self/mountinfo':
          '31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n32 23 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct',
        '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': '536870912\n',
        '/sys/fs/cgroup/memory/a/memory.usage_in_bytes': '1000\n',
        '/sys/fs/cgroup/memory/a/memory.stat': 'total_inactive_file 400\n',
        '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      }),
    )
    assert.deepEqual([state?.version, state?.memoryLimitBytes, state?.memoryUsedBytes, state?.cpuLimitCores], [1, 536_870_912, 600, 2])
  })

  it('is undefined where the system has none', async () => {
    assert.equal(await cgroupState(reader({})), undefined)
  })
})
