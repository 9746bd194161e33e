/** What a caller asked for. */
export type Act =
  /** Something new that others do not end: an access token for an assertion, a code for an approval. */
  | 'issue'
  /** What is there once: a code, a refresh token that rotates, the `jti` of an assertion. */
  | 'spend'
  /** That everything of a family be good for nothing from now on. */
  | 'revoke'
  /** Whether a key is good; it stays so. */
  | 'check'

/** A request, as whoever sent it knows it. */
export interface Happened {
  /** The server it was sent to. */
  readonly node: string
  /** Milliseconds on the clock of whoever asks; `ended` is when all of the answer was there. */
  readonly begun: number
  readonly ended: number
  readonly act: Act
  /** What it was about: a token, a code, an approval. */
  readonly key: string
  /** Everything that ends together: what came of one code, or of one assertion. */
  readonly family: string
  /** `done` is a check that found the key good, too. Of an `unanswered` request nobody knows whether it was done. */
  readonly outcome: 'done' | 'refused' | 'unanswered'
  /** The keys in the answer: good from now on. */
  readonly gave: readonly string[]
  /** Whose the key is, and whose data the answer had, if it had any. */
  readonly org: string
  readonly sawOrg?: string | undefined
}

/** What is the same for a request whatever comes of it. */
export type Request = Pick<Happened, 'node' | 'act' | 'key' | 'family' | 'org'>

/** What came of it. */
export interface Outcome {
  readonly outcome: 'done' | 'refused'
  readonly gave?: readonly string[]
  readonly sawOrg?: string | undefined
}

/** Everything that callers asked for during a run, and what was answered. */
export interface History {
  readonly events: readonly Happened[]
  readonly answered: number
  /** Sends a request and notes what comes of it; one whose sending rejects is noted as unanswered. */
  record<T extends Outcome>(request: Request, send: () => Promise<T>): Promise<T>
}

/** A history in which nothing has happened. */
export function newHistory(): History {
  const events: Happened[] = []
  let answered = 0
  return {
    events,
    get answered() {
      return answered
    },
    async record(request, send) {
      const begun = performance.now()
      const note = (came: Pick<Happened, 'outcome' | 'gave' | 'sawOrg'>) =>
        events.push({ ...request, begun, ended: performance.now(), ...came })
      try {
        const came = await send()
        answered += 1
        note({ outcome: came.outcome, gave: came.gave ?? [], sawOrg: came.sawOrg })
        return came
      } catch (error) {
        note({ outcome: 'unanswered', gave: [] })
        throw error
      }
    },
  }
}

/** Milliseconds within which a revocation is known to nodes other than the one that answered it. */
const untilKnown = 1000

/**
 * What may never happen and did, in words:
 * 1. single use: no code, refresh token or `jti` is answered twice;
 * 2. nothing lost: what was answered is good, unless somebody may have ended it;
 * 3. monotone revocation: what has ended stays so, from the answer on, and after a second on other nodes;
 * 4. no answer has data of another org than the key's.
 */
export function violations(events: readonly Happened[]): readonly string[] {
  const keys = Map.groupBy(events, ({ key }) => key)
  const families = Map.groupBy(events, ({ family }) => family)
  return [...twice(keys), ...lost(events, keys, families), ...revived(keys, families), ...foreign(events)]
}

type Grouped = ReadonlyMap<string, readonly Happened[]>

function* twice(keys: Grouped): Iterable<string> {
  for (const [key, all] of keys) {
    const spent = all.filter(({ act, outcome }) => act === 'spend' && outcome === 'done')
    if (spent.length > 1)
      yield `${short(key)} was good ${spent.length} times, on ${spent.map(({ node }) => node).join(' and ')}`
  }
}

function* lost(events: readonly Happened[], keys: Grouped, families: Grouped): Iterable<string> {
  for (const { gave, ended: given } of events) {
    for (const key of gave) {
      const found = keys.get(key)?.find((one) => one.begun >= given && isDeath(one) && !isExcused(one, keys, families))
      if (found !== undefined)
        yield `${short(key)} was answered, and is good for nothing on ${found.node} (${found.act})`
    }
  }
}

/** Whether an answer says that its key is good for nothing. */
function isDeath({ act, outcome }: Happened): boolean {
  return outcome === 'refused' && (act === 'check' || act === 'spend')
}

/** Whether somebody may have ended a key by the time that its end was seen: by revoking it, or by spending it or another twice. */
function isExcused(death: Happened, keys: Grouped, families: Grouped): boolean {
  const before = (families.get(death.family) ?? []).filter((one) => one !== death && one.begun < death.ended)
  if (before.some(({ act }) => act === 'revoke')) return true
  const spent = before.filter(({ act }) => act === 'spend')
  if (spent.some(({ key }) => key === death.key && death.act === 'spend')) return true
  return spent.some((one) => (keys.get(one.key) ?? []).some((other) => other !== one && isSpentBefore(other, one)))
}

function isSpentBefore({ act, begun }: Happened, one: Happened): boolean {
  return act === 'spend' && begun <= one.begun
}

function* revived(keys: Grouped, families: Grouped): Iterable<string> {
  for (const [family, all] of families) {
    for (const end of all.filter((one) => isRevocation(one, keys))) {
      const found = all.find((one) => isLife(one) && isAfter(one, end))
      if (found === undefined) continue
      const late = Math.round(found.begun - end.ended)
      yield `${short(family)} was ended on ${end.node}, and ${short(found.key)} is good on ${found.node} ${late} ms later`
      break
    }
  }
  for (const [key, all] of keys) {
    const end = all.find(isDeath)
    const found = end && all.find((one) => isLife(one) && isAfter(one, end))
    if (found !== undefined) yield `${short(key)} was good for nothing, and is good again on ${found.node}`
  }
}

/** A revocation that was answered, or the answer to somebody who came second with what is there once (RFC 6749 §4.1.2). */
function isRevocation(one: Happened, keys: Grouped): boolean {
  if (one.act === 'revoke') return one.outcome === 'done'
  if (one.act !== 'spend' || one.outcome !== 'refused') return false
  return (keys.get(one.key) ?? []).some(
    ({ act, outcome, ended }) => act === 'spend' && outcome === 'done' && ended <= one.begun,
  )
}

function isLife({ act, outcome }: Happened): boolean {
  return outcome === 'done' && (act === 'check' || act === 'spend')
}

function isAfter(one: Happened, end: Happened): boolean {
  return one.begun >= end.ended + (one.node === end.node ? 0 : untilKnown)
}

function* foreign(events: readonly Happened[]): Iterable<string> {
  for (const { key, org, sawOrg, node } of events) {
    if (sawOrg !== undefined && sawOrg !== org)
      yield `${short(key)} of ${org} was answered with data of ${sawOrg} on ${node}`
  }
}

/** Keys are secrets, if only of a test, and long. */
function short(key: string): string {
  return key.length > 40 ? `${key.slice(0, 32)}…` : key
}

/** What figures are of. */
interface Told {
  /** What happened under load, while there were faults. */
  readonly loaded: readonly Happened[]
  /** The same, and what was asked afterwards. */
  readonly events: readonly Happened[]
  /** What was done to the servers. */
  readonly faults: string
}

/** A run in figures, for people. */
export function figures({ loaded, events, faults }: Told): string {
  const answered = loaded.filter(({ outcome }) => outcome !== 'unanswered').length
  const begun = Math.min(...loaded.map(({ begun }) => begun))
  const ended = Math.max(...loaded.map(({ ended }) => ended))
  return (
    `load held: ${answered} requests answered, ${Math.round((answered / (ended - begun)) * 1000)}/s, ` +
    `${loaded.length - answered} unanswered; faults: ${faults}; ` +
    `answered writes checked: ${checkedWrites(events)}; lost: ${violations(events).length}`
  )
}

/** How many keys that were given, and how many revocations, somebody asked after when they had been answered. */
function checkedWrites(events: readonly Happened[]): number {
  const askedAt = new Map<string, number>()
  for (const { act, outcome, key, begun } of events) {
    if (outcome === 'unanswered' || (act !== 'check' && act !== 'spend')) continue
    askedAt.set(key, Math.max(begun, askedAt.get(key) ?? 0))
  }
  const isAsked = (key: string, after: number) => (askedAt.get(key) ?? -1) >= after
  const given = events.flatMap(({ gave, ended }) => gave.filter((key) => isAsked(key, ended)))
  const revoked = events.filter(
    ({ act, outcome, key, ended }) => act === 'revoke' && outcome === 'done' && isAsked(key, ended),
  )
  return given.length + revoked.length
}
