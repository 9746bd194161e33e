import type { OrgStore } from '../../orgs/org.ts'
import { jsonAnswer } from '../answer.ts'
import type { Answer } from '../visit.ts'

/** `GET /health/live`: the process answers. */
export const liveAnswer: Answer = async () => jsonAnswer({ status: 'live' })

/** `GET /health/ready`: the database answers, too; else 503. */
export function readyAnswer(orgs: Pick<OrgStore, 'list'>): Answer {
  return async () => {
    try {
      await orgs.list()
      return jsonAnswer({ status: 'ready' })
    } catch {
      // Why is in the log of the requests that needed the database; a balancer only wants to know that.
      return jsonAnswer({ status: 'unready' }, 503)
    }
  }
}
