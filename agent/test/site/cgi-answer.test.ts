import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cgiAnswer } from '../../src/site/cgi-answer.ts'

describe('a CGI answer', () => {
  it('has status, headers and body', () => {
    const answer = cgiAnswer(Buffer.from('Status: 404 Not Found\r\nX-A: b: c\r\n\r\nbody\r\n\r\nmore'))
    assert.deepEqual([answer?.status, answer?.headers.get('x-a'), answer?.body.toString()], [404, 'b: c', 'body\r\n\r\nmore'])
  })

  it('is 200 where no status is told, with either kind of line end', () => {
    assert.deepEqual(cgiAnswer(Buffer.from('A: b\n\nbody\r\n\r\n'))?.body.toString(), 'body\r\n\r\n')
    assert.equal(cgiAnswer(Buffer.from('A: b\n\n'))?.status, 200)
  })

  it('is nothing without headers or with a status that is no number', () => {
    assert.equal(cgiAnswer(Buffer.from('just text')), undefined)
    assert.equal(cgiAnswer(Buffer.from('Status: fine\r\n\r\n')), undefined)
    assert.equal(cgiAnswer(Buffer.alloc(0)), undefined)
  })
})
