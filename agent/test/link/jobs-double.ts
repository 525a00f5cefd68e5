import type { Fence, GatewaySign, Jobs, RunNews } from '../../src/ports/jobs.ts'

/** Stands for whoever runs jobs: takes what it is offered, and tells what a test says. */
export class JobsDouble {
  offered: Parameters<Jobs['offer']>[0][] = []
  cancelled: string[] = []
  held: Fence[] = []
  #listener: (news: RunNews) => void = () => {}
  offer: Jobs['offer'] = offered => {
    this.offered.push(offered)
    return 'accepted'
  }
  cancel: Jobs['cancel'] = jobId => (this.cancelled.push(jobId) > 0 ? 'stopping' : 'unknown')
  running: Jobs['running'] = () => this.held
  forgotten: number[] = []
  forgot: Jobs['forgot'] = before => void this.forgotten.push(before)
  signs: GatewaySign[] = []
  notice: Jobs['notice'] = sign => void this.signs.push(sign)
  subscribe: Jobs['subscribe'] = listener => {
    this.#listener = listener
    return () => (this.#listener = () => {})
  }
  tell(news: RunNews): void {
    this.#listener(news)
  }
}
