import type { AgentFrame } from '@platen/protocol'
import { answerKeyOffer } from './key-offer.ts'
import type { Session, SessionOptions } from './session.ts'

/** Acts on a frame of an open session. @throws what the store throws */
export async function takeFrame(session: Session, key: string, frame: AgentFrame, options: SessionOptions): Promise<void> {
  const { frames, beats, reports, dispatcher } = options
  switch (frame.type) {
    case 'heartbeat':
      if (!beats.take(session)) return
      await session.checkRecord()
      reports.catchUp(session)
      return frames.running(session, frame.running)
    case 'job.accept':
      return frames.accept(session, frame)
    case 'job.decline':
      await frames.decline(session, frame)
      return dispatcher.wake(session)
    case 'job.progress':
      return frames.progress(session, frame)
    case 'job.result':
      await frames.result(session, frame)
      return dispatcher.roomMade(session)
    case 'job.wait':
      await frames.wait(session, frame)
      return dispatcher.wake(session)
    case 'job.created':
      return frames.created(session, frame)
    case 'state.report':
      return reports.take(session, frame)
    case 'key.offer':
      return void session.send(await answerKeyOffer(frame, session.agent, key, options))
    case 'cdn.request':
      return options.cdnRequests.take(session, frame)
    case 'goodbye':
      return session.takeGoodbye(frame.reason)
    case 'hello':
      return session.close(4009, frame.type)
  }
}
