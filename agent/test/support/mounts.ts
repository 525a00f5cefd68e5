import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether this process may mount file systems: root in a container often may not. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'platen-mount-'))
  const may = run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder])
  if (may) unmount(folder)
  rmdirSync(folder)
  return may
}

/** Mounts memory at a folder. */
export function mount(folder: string, options: string): void {
  must('mount', ['-t', 'tmpfs', '-o', options, 'none', folder])
}

/** Makes a folder read-only, root or not, by mounting it over itself. */
export function mountReadOnly(folder: string): void {
  must('mount', ['--bind', folder, folder])
  must('mount', ['-o', 'remount,bind,ro', folder])
}

/** Takes the last mount off a folder, also where files in it are open. */
export function unmount(folder: string): void {
  must('umount', ['-l', folder])
}

function must(program: string, args: readonly string[]): void {
  if (!run(program, args)) throw new Error(`${program} ${args.join(' ')} failed`)
}

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { timeout: 10_000, stdio: 'ignore' }).status === 0
}
