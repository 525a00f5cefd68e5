import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A folder that is gone after the test, below the system's folder for such or another one. */
export function tempFolder(test: TestContext, below = tmpdir()): string {
  const folder = mkdtempSync(join(below, 'platen-agent-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
