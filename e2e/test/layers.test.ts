import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { layerViolations } from '../src/layers/rules.ts'

const root = join(import.meta.dirname, '..', '..')

describe('the layers', () => {
  it('hold in this tree', () => {
    assert.deepEqual(layerViolations(root), [])
  })

  const broken: readonly (readonly [title: string, file: string, text: string, expected: RegExp])[] = [
    ['an agent file imports from the gateway', 'agent/src/link/spy.ts', "import '@platen/gateway'\n", /agent may not see gateway/],
    [
      'an agent file reaches into the gateway’s folder',
      'agent/src/link/spy.ts',
      "import '../../../gateway/src/main.ts'\n",
      /reaches into gateway/,
    ],
    [
      'an adapter imports its sibling',
      'agent/src/link/spy.ts',
      "import '../journal/sqlite-journal.ts'\n",
      /link may import domain and ports only/,
    ],
    ['the domain does I/O', 'agent/src/domain/spy.ts', "import 'node:fs'\n", /has to stay pure/],
    [
      'a job kind imports another',
      'agent/src/kinds/cache.purge/spy.ts',
      "import '../images.optimize/handler.ts'\n",
      /kinds\/cache\.purge may import/,
    ],
    ['a second file imports a package', 'agent/src/local/spy.ts', "import 'better-sqlite3'\n", /better-sqlite3 enters by 2 files/],
    ['the lint rule is switched off', '.oxlintrc.json', '{"overrides":[]}', /no longer restricts/],
  ]
  for (const [title, file, text, expected] of broken) {
    it(`are reported broken when ${title}`, () => {
      const copy = mkdtempSync(join(tmpdir(), 'platen-layers-'))
      try {
        for (const name of ['protocol', 'agent', 'gateway']) cpSync(join(root, name, 'src'), join(copy, name, 'src'), { recursive: true })
        cpSync(join(root, '.oxlintrc.json'), join(copy, '.oxlintrc.json'))
        writeFileSync(join(copy, file), text)
        assert.match(layerViolations(copy).join('\n'), expected)
      } finally {
        rmSync(copy, { recursive: true })
      }
    })
  }
})
