import { callBody, jsonLog, parseFromWorker } from '@platen/agent/decoders'
import { decodeFrame, limits } from '@platen/protocol'
import { agentFrameValidators } from '@platen/protocol/validators/agent-frames'
import { ids } from './valid.ts'
import { jsonTarget, type Target } from './target.ts'

type End = Extract<ReturnType<typeof parseFromWorker>, { type: 'end' }>

const bill = { cpuMs: 1, peakRssBytes: 1, wallMs: 1, readBytes: 1, writtenBytes: 1, savedBytes: 1 }
const fence = { jobId: ids.jobId, attempt: 1, epoch: 1 }
const log = jsonLog('fuzz', () => {})

const messages: readonly object[] = [
  { type: 'here', token: 'a0'.repeat(32) },
  { type: 'progress', done: 1, total: 2, note: 'half' },
  { type: 'step', id: 1, name: 'write', kind: 'idempotent' },
  { type: 'log', level: 'warn', event: 'image:left', members: { file: 'a.jpg', deep: { er: [1] } } },
  { type: 'call', id: 1, command: 'site.describe', args: {}, deadlineMs: 100 },
  { type: 'changes.take', id: 2 },
  { type: 'changes.needs_kept', id: 2 },
  { type: 'changes.kept', id: 3, urls: ['http://shop.example/'], isLast: true },
  { type: 'cdn.want', id: 4, what: { urls: ['http://shop.example/'] }, urgent: false },
  { type: 'cdn.want', id: 5, what: { everything: true }, urgent: true },
  { type: 'cdn.outcome', id: 6, withinMs: 100 },
  { type: 'end', end: { outcome: 'succeeded', effect: 'applied', result: { summary: 'done' } }, bill },
  { type: 'end', end: { outcome: 'failed', code: 'page.stale', message: 'old' }, bill },
  { type: 'end', end: { outcome: 'waiting', effect: 'none', child: { kind: 'health.report', input: {}, pool: 'verifiers' } }, bill },
]

/** What the main process does with a message: it logs it, asks PHP, or tells the gateway. */
function heed(line: string): unknown {
  const message = parseFromWorker(line)
  if (message?.type === 'log') return log[message.level](message.event, message.members)
  if (message?.type === 'call') return callBody(message.command, message.args)
  if (message?.type === 'end') return reported(message)
  const { done, total, note } = message?.type === 'progress' ? message : { done: 0, total: 0, note: '' }
  return taken({ type: 'job.progress', ...fence, done, total, note })
}

/** The frame that tells of an end; a result that is too long is none. */
function reported({ end, bill: cost }: End): unknown {
  if (end.outcome === 'waiting') return taken({ type: 'job.wait', ...fence, child: end.child, effect: end.effect, bill: cost })
  const common = { type: 'job.result', ...fence, bill: cost, finishedAt: 1 }
  if (end.outcome === 'failed')
    return taken({ ...common, outcome: 'failed', effect: 'none', error: { code: end.code, message: end.message } })
  const isTooLong = Buffer.byteLength(JSON.stringify(end.result) ?? '') > limits.job.resultBytes
  return isTooLong || taken({ ...common, outcome: 'succeeded', effect: end.effect, result: end.result })
}

/** A frame that the gateway refuses would end the link, again after each welcome. */
function taken(frame: object): unknown {
  const decoded = decodeFrame(JSON.stringify(frame), agentFrameValidators)
  if (!decoded.ok) throw new Error(`the gateway would refuse it: ${decoded.code} ${decoded.detail}`)
  return decoded
}

/** What workers say, who may have been taken over by a file of the site. */
export const workerTarget: Target = jsonTarget('messages of workers', messages, heed)
