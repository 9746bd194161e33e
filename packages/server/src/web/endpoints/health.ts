import { setTimeout } from 'node:timers/promises'
import type { Addresses } from '../../orgs/address.ts'
import type { OrgStore } from '../../orgs/org.ts'
import { jsonAnswer } from '../answer.ts'
import { queryParameter } from '../incoming.ts'
import type { Answer } from '../visit.ts'

/** `GET /health/live`: the process answers. */
export const liveAnswer: Answer = async () => jsonAnswer({ status: 'live' })

interface ReadyNeeds {
  readonly orgs: Pick<OrgStore, 'list'>
  /** For how many seconds there has been more to delete of what expired than was deleted. */
  readonly expiryLag: () => number
  /** Whether the database takes what is written, as far as was tried lately. */
  readonly isWriting: () => boolean
  /** Whether the server is about to stop: it answers still, and wants nothing new. */
  readonly isDraining: () => boolean
  /** What the process asks of the database: connections, statements without an answer, milliseconds of the longest wait. */
  readonly load: () => object
}

// Milliseconds that the database may take to answer.
const patience = 2000

/** `GET /health/ready`: the database answers soon and takes what is written, and the server is not about to stop; else 503. */
export function readyAnswer({ orgs, expiryLag, isWriting, isDraining, load }: ReadyNeeds): Answer {
  return async () => {
    if (isDraining()) return jsonAnswer({ status: 'draining' }, 503)
    if (!isWriting()) return jsonAnswer({ status: 'unready', database: load() }, 503)
    const slow = new AbortController()
    try {
      const late = setTimeout(patience, undefined, { signal: slow.signal, ref: false }).then(() => {
        throw new Error('The database is slow.')
      })
      await Promise.race([orgs.list(), late])
      return jsonAnswer({ status: 'ready', expiryLag: expiryLag(), database: load() })
    } catch {
      // Why is in the log of the requests that needed the database; a balancer only wants to know that.
      return jsonAnswer({ status: 'unready', database: load() }, 503)
    } finally {
      slow.abort()
    }
  }
}

/**
 * `GET /health/host?domain=…`: whether a host name is of this server, for a proxy that gets certificates as names are asked for, and
 * must not for names that somebody made up; 404 when it is not.
 */
export function hostAnswer({ serves }: Pick<Addresses, 'serves'>): Answer {
  return async ({ request }) => {
    const domain = queryParameter(request, 'domain') ?? ''
    return (await serves(domain)) ? jsonAnswer({ status: 'served' }) : jsonAnswer({ status: 'unknown' }, 404)
  }
}
