import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readWpConfig } from '../../src/domain/wp-config.ts'

const constant = (php: string, name = 'A'): string | undefined => readWpConfig(`<?php ${php}`).constants.get(name)

describe('readWpConfig', () => {
  it('reads definitions however they are laid out', () => {
    const { constants, tablePrefix } = readWpConfig(`<?php
      define('DB_NAME','shop'); define( "DB_USER" , "wp" );
      defined( 'DB_HOST' ) || DEFINE( /* where */ 'DB_HOST', // it is
        'localhost:/run/mysqld/mysqld.sock' );
      if (!defined('A')) define('A', 'b', false);
      $table_prefix='shop_';`)
    assert.deepEqual(Object.fromEntries(constants), {
      DB_NAME: 'shop',
      DB_USER: 'wp',
      DB_HOST: 'localhost:/run/mysqld/mysqld.sock',
      A: 'b',
    })
    assert.equal(tablePrefix, 'shop_')
  })

  it('reads quotes and backslashes as PHP does', () => {
    assert.equal(constant(String.raw`define('A', 'it\'s \\ \n');`), String.raw`it's \ \n`)
    assert.equal(constant(String.raw`define('A', "say \"\$5\" \\");`), String.raw`say "$5" \ `.trimEnd())
    assert.equal(constant(String.raw`define('A', "a$5 $ \@ $\\b");`), String.raw`a$5 $ \@ $\b`)
  })

  it('keeps the first definition, as PHP does', () => {
    assert.equal(constant("define('A', 'one'); define('A', 'two');"), 'one')
  })

  it('takes nothing out of comments, strings or text outside PHP', () => {
    for (const php of [
      "// define('A', 'b');",
      "# define('A', 'b');",
      "/* define('A', 'b'); */",
      `$x = "define('A', 'b')";`,
      "?> define('A', 'b');",
      "// ?> define('A', 'b');",
      "<<<X\ndefine('A', 'b');\nX;",
      "<<<'X'\n  define('A', 'b');\n  X;",
    ])
      assert.equal(constant(php), undefined, php)
  })

  it('goes on after what looks like the end of PHP and is not', () => {
    for (const php of ["define('B', 'a?>b'); ", '/* ?> */', '<<<X\n?>\nX;', '// ?>\n<?php'])
      assert.equal(constant(`${php} define('A', 'b');`), 'b', php)
    assert.equal(constant("define('A', '<?php ?>');"), '<?php ?>')
  })

  it('has no value that PHP would have to compute', () => {
    for (const value of ["getenv('X')", "'a' . 'b'", '"a$b"', '"a{$b}"', String.raw`"\x41"`, 'B', '12'])
      assert.equal(constant(`define('A', ${value});`), undefined, value)
  })

  it('gives back any text that was written as a literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\\', "'", '"', '$', '?', '>', '<', '/', '*', '\n', 'n', 'a', 'é') }), text => {
        const escaped = text.replaceAll('\\', '\\\\')
        assert.equal(constant(`define('A', '${escaped.replaceAll("'", "\\'")}');`), text)
        const double = escaped.replaceAll('"', '\\"').replaceAll('$', String.raw`\$`)
        assert.equal(constant(`define('A', "${double}");`), text)
      }),
    )
  })

  it('takes time in step with the length of what is hostile', () => {
    for (const part of ["'\\", '"\\', '/*', '<<<X\n', '#?', '\\', '<?php', '$', ' \n'])
      for (const php of [part.repeat(131_072), `'${part.repeat(131_072)}`]) {
        // Of the processor: what a busy machine makes of it says nothing.
        const before = process.cpuUsage()
        readWpConfig(`<?php ${php}`)
        const { user, system } = process.cpuUsage(before)
        assert.ok(user + system < 1_000_000, part)
      }
  })

  it('ends on any text', () => {
    fc.assert(fc.property(fc.string(), text => void readWpConfig(`<?php ${text}`)))
  })
})
