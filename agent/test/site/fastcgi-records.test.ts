import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { recordReader, recordType, requestRecords, type FastCgiRecord } from '../../src/site/fastcgi-records.ts'

/** Reads the stream in pieces of a size, which must not matter. */
function readAll(data: Buffer, pieceLength: number): FastCgiRecord[] {
  const read = recordReader()
  const records: FastCgiRecord[] = []
  for (let at = 0; at < data.length; at += pieceLength) {
    const some = read(data.subarray(at, at + pieceLength))
    assert.ok(some)
    records.push(...some)
  }
  return records
}

describe('a FastCGI request', () => {
  it('is begin, parameters and body, each stream ended by an empty record', () => {
    const records = readAll(requestRecords({ A: 'b' }, Buffer.from('body')), 1_000)
    assert.deepEqual(
      records.map(({ type, content }) => [type, content.length]),
      [
        [recordType.beginRequest, 8],
        [recordType.params, 4],
        [recordType.params, 0],
        [recordType.stdin, 4],
        [recordType.stdin, 0],
      ],
    )
    assert.deepEqual(records[1]?.content, Buffer.from('\x01\x01Ab', 'latin1'))
  })

  it('writes lengths from 128 bytes on in four, and splits streams at the bound of a record', () => {
    const value = 'v'.repeat(300)
    const records = readAll(requestRecords({ NAME: value }, Buffer.alloc(70_000, 1)), 977)
    assert.deepEqual(records[1]?.content, Buffer.concat([Buffer.from([4, 0x80, 0, 1, 44]), Buffer.from(`NAME${value}`)]))
    assert.deepEqual(
      records.slice(3).map(({ content }) => content.length),
      [65_535, 4_465, 0],
    )
  })

  it('is recognized wherever the stream is cut', () => {
    const data = requestRecords({ A: 'b', C: 'd'.repeat(200) }, Buffer.from('body'))
    const whole = readAll(data, data.length)
    for (let length = 1; length <= 20; length++) assert.deepEqual(readAll(data, length), whole)
  })

  it('takes CPU time by its length, not by the square of it, where it comes byte by byte', () => {
    const data = requestRecords({}, Buffer.alloc(60_000, 1))
    const before = process.threadCpuUsage()
    readAll(data, 1)
    const { user, system } = process.threadCpuUsage(before)
    assert.ok((user + system) / 1_000 < 150, `${(user + system) / 1_000} ms`)
  })

  it('is told from what is no FastCGI', () => {
    assert.equal(recordReader()(Buffer.from('HTTP/1.1 400 Bad Request')), undefined)
  })
})
