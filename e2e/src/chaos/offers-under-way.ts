/** A frame about a job, as far as the network looks at it. */
interface JobFrame {
  readonly type: string
  readonly jobId: string
  readonly epoch: number
}

const answers: ReadonlySet<string> = new Set(['job.accept', 'job.decline', 'job.result', 'job.wait'])

/** What the network between a gateway and one agent has seen of offers: those of which no answer has passed. */
export class OffersUnderWay {
  readonly #epochs = new Map<string, number>()

  /** Jobs that the gateway offered to the agent, whether or not that came through, and of which it can't have heard. */
  get jobs(): readonly string[] {
    return [...this.#epochs.keys()]
  }

  /** The gateway has said something. */
  fromGateway(text: string): void {
    const frame = jobFrame(text)
    if (frame?.type === 'job.offer') this.#epochs.set(frame.jobId, frame.epoch)
  }

  /** The gateway is told something. */
  toGateway(text: string): void {
    const frame = jobFrame(text)
    if (frame && answers.has(frame.type) && this.#epochs.get(frame.jobId) === frame.epoch) this.#epochs.delete(frame.jobId)
  }
}

/** Most of what passes is about no job, and need not be parsed. */
function jobFrame(text: string): JobFrame | undefined {
  return text.includes('"type":"job.') ? (JSON.parse(text) as JobFrame) : undefined
}
