import type { OrgStore } from '../../orgs/org.ts'
import { jsonAnswer } from '../answer.ts'
import type { Answer } from '../visit.ts'

/** `GET /health/live`: the process answers. */
export const liveAnswer: Answer = async () => jsonAnswer({ status: 'live' })

/**
 * `GET /health/ready`: the database answers, too; else 503. `expiryLag` is for how many seconds there has been more to
 * delete of what expired than was deleted.
 */
export function readyAnswer(orgs: Pick<OrgStore, 'list'>, expiryLag: () => number): Answer {
  return async () => {
    try {
      await orgs.list()
      return jsonAnswer({ status: 'ready', expiryLag: expiryLag() })
    } catch {
      // Why is in the log of the requests that needed the database; a balancer only wants to know that.
      return jsonAnswer({ status: 'unready' }, 503)
    }
  }
}
