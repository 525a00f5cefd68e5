import { existsSync } from 'node:fs'
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { LabError } from '../lab-error.ts'
import { runCommand } from '../process/run-command.ts'
import { missingEngines } from './engine-list.ts'

const policyFile = '/usr/sbin/policy-rc.d'
const asideFile = `${policyFile}.platen-lab-aside`
/** dpkg's maintainer scripts ask this program before they start a service; 101 means "you may not". */
const policyText = '#!/bin/sh\n# Written by Platen’s lab while it installs packages; removed again.\nexit 101\n'
const updateMs = 180_000
const installMs = 900_000

/** Throws `lab.platform_unsupported` or `lab.not_root` where packages can't be installed. */
export async function assertCanInstall(): Promise<void> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  if (!/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) || !existsSync('/usr/bin/apt-get')) {
    throw new LabError(
      'lab.platform_unsupported',
      'Engines are installed by apt on Debian and Ubuntu only',
      'Run in a Debian 12 container; suites that need engines are skipped by name here.',
    )
  }
  if (process.getuid?.() !== 0) {
    throw new LabError(
      'lab.not_root',
      'Only root can install packages',
      'Run the command again with sudo; suites that need engines are skipped by name otherwise.',
    )
  }
}

/** Installs packages and keeps their services from starting. Throws `lab.engine_missing` when some are still not there afterwards. */
export async function installEngines(packages: readonly string[], progress: (text: string) => void): Promise<void> {
  await assertCanInstall()
  await withoutServices(async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    progress('apt-get update')
    await runCommand('apt-get', ['update', '-qq'], { timeoutMs: updateMs, env })
    progress(`apt-get install ${packages.join(' ')}`)
    await runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { timeoutMs: installMs, env })
  })
  const missing = await missingEngines()
  if (missing.length > 0)
    throw new LabError(
      'lab.engine_missing',
      `Still missing after the install: ${missing.join(', ')}`,
      'See what `apt-get install` says of them.',
    )
}

async function withoutServices(install: () => Promise<void>): Promise<void> {
  if (existsSync(policyFile)) await rename(policyFile, asideFile)
  const restore = async (): Promise<void> => {
    await rm(policyFile, { force: true })
    if (existsSync(asideFile)) await rename(asideFile, policyFile)
  }
  // Ctrl-C reaches apt-get as well, which then fails, so that `finally` runs: the signal must only not end this process first.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  process.on('SIGTERM', ignore)
  try {
    await writeFile(policyFile, policyText)
    await chmod(policyFile, 0o755)
    await install()
  } finally {
    await restore()
    process.off('SIGINT', ignore)
    process.off('SIGTERM', ignore)
  }
}
