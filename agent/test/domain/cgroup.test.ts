import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cgroupPlace, coresOf, keyedOf, limitOf, pressureOf } from '../../src/domain/cgroup.ts'

const unifiedMount = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate'
const legacyMounts = [
  '31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '32 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  '33 23 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids',
].join('\n')

describe('cgroupPlace', () => {
  it('is the process’s folder of version 2 and all above it', () => {
    const place = cgroupPlace('0::/system.slice/platen.service\n', unifiedMount)
    assert.equal(place?.version, 2)
    assert.deepEqual(place?.folders.memory, ['/sys/fs/cgroup/system.slice/platen.service', '/sys/fs/cgroup/system.slice', '/sys/fs/cgroup'])
  })

  it('is a folder a controller in version 1', () => {
    const place = cgroupPlace('12:cpu,cpuacct:/docker/ab\n9:memory:/docker/ab\n3:pids:/\n1:name=systemd:/docker/ab\n', legacyMounts)
    assert.equal(place?.version, 1)
    assert.equal(place?.folders.cpu[0], '/sys/fs/cgroup/cpu,cpuacct/docker/ab')
    assert.equal(place?.folders.memory[0], '/sys/fs/cgroup/memory/docker/ab')
    assert.deepEqual(place?.folders.pids, ['/sys/fs/cgroup/pids'])
  })

  it('is version 1 where both are mounted, for the controllers are bound there', () => {
    assert.equal(cgroupPlace('9:memory:/a\n0::/a\n', `${unifiedMount}\n${legacyMounts}`)?.version, 1)
  })

  it('is the mount itself where the container’s own folder is mounted there', () => {
    const mount = '30 23 0:26 /docker/ab /sys/fs/cgroup ro - cgroup2 cgroup rw'
    assert.deepEqual(cgroupPlace('0::/docker/ab\n', mount)?.folders.cpu, ['/sys/fs/cgroup'])
    assert.deepEqual(cgroupPlace('0::/docker/ab/inner\n', mount)?.folders.cpu, ['/sys/fs/cgroup/inner', '/sys/fs/cgroup'])
  })

  it('never leads out of the mount', () => {
    assert.deepEqual(cgroupPlace('0::/../../etc\n', unifiedMount)?.folders.memory, ['/sys/fs/cgroup'])
  })

  it('is undefined where nothing is mounted', () => {
    assert.equal(cgroupPlace('0::/\n', '22 1 8:1 / / rw - ext4 /dev/sda rw'), undefined)
  })
})

describe('the figures of a cgroup', () => {
  it('have no limit by the word max, by version 1’s huge or negative number, and where nothing is told', () => {
    assert.deepEqual([limitOf('max\n'), limitOf('9223372036854771712\n'), limitOf(undefined), limitOf('-1')], [null, null, null, null])
    assert.equal(limitOf('536870912\n'), 536_870_912)
  })

  it('have cores as quota by period', () => {
    assert.deepEqual([coresOf('150000 100000\n'), coresOf('max 100000\n'), coresOf('-1 100000'), coresOf('1 0')], [1.5, null, null, null])
  })

  it('have values by name', () => {
    assert.equal(keyedOf('anon 5\ninactive_file 4096\nbroken\n').get('inactive_file'), 4096)
  })

  it('have the pressure of the last minute', () => {
    assert.equal(pressureOf('some avg10=1.00 avg60=12.34 avg300=0.00 total=1\nfull avg10=0.00 avg60=9.00 avg300=0.00 total=1\n'), 12.34)
    assert.equal(pressureOf(undefined), null)
  })
})
