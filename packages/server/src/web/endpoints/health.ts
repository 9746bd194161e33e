import type { OrgStore } from '../../orgs/org.ts'
import { jsonAnswer } from '../answer.ts'
import type { Answer } from '../visit.ts'

/** `GET /health/live`: the process answers. */
export const liveAnswer: Answer = async () => jsonAnswer({ status: 'live' })

interface ReadyNeeds {
  readonly orgs: Pick<OrgStore, 'list'>
  /** For how many seconds there has been more to delete of what expired than was deleted. */
  readonly expiryLag: () => number
  /** Whether the server is about to stop: it answers still, and wants nothing new. */
  readonly isDraining: () => boolean
}

/** `GET /health/ready`: the database answers, too, and the server is not about to stop; else 503. */
export function readyAnswer({ orgs, expiryLag, isDraining }: ReadyNeeds): Answer {
  return async () => {
    if (isDraining()) return jsonAnswer({ status: 'draining' }, 503)
    try {
      await orgs.list()
      return jsonAnswer({ status: 'ready', expiryLag: expiryLag() })
    } catch {
      // Why is in the log of the requests that needed the database; a balancer only wants to know that.
      return jsonAnswer({ status: 'unready' }, 503)
    }
  }
}
