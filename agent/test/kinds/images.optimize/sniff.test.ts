import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sniff } from '../../../src/kinds/images.optimize/sniff.ts'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function chunk(name: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, Buffer.from(name), data, Buffer.alloc(4)])
}

describe('telling an image by its bytes', () => {
  it('knows JPEG and PNG', () => {
    assert.equal(sniff(Buffer.from([0xff, 0xd8, 0xff, 0xe0])), 'jpeg')
    assert.equal(sniff(Buffer.concat([signature, chunk('IHDR', Buffer.alloc(13)), chunk('IDAT', Buffer.alloc(1))])), 'png')
  })

  it('knows a PNG that moves, and is not taken in by the mark inside its pixels', () => {
    const head = [signature, chunk('IHDR', Buffer.alloc(13))]
    assert.equal(sniff(Buffer.concat([...head, chunk('acTL', Buffer.alloc(8)), chunk('IDAT', Buffer.alloc(1))])), 'animated png')
    assert.equal(sniff(Buffer.concat([...head, chunk('IDAT', Buffer.from('xxxxacTL'))])), 'png')
  })

  it('knows nothing else', () => {
    for (const text of ['', 'GIF89a', '<svg xmlns="http://www.w3.org/2000/svg"/>', '<?php echo 1;', 'RIFF\0\0\0\0WEBP']) {
      assert.equal(sniff(Buffer.from(text)), undefined)
    }
  })

  it('ends on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        sniff(bytes)
        sniff(Buffer.concat([signature, bytes]))
      }),
    )
  })
})
