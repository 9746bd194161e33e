/**
 * What a job comes to when it has handed over all that it writes, and only waits for what that is answered: the transaction may be
 * committed at once, and the database is asked once for all of it. Should any of it fail, so does the commit.
 */
export interface HandedOver<T> {
  readonly [answerOf]: Promise<T>
}

const answerOf = Symbol('what is answered')

/** Says of a job that it writes nothing more, once this has been answered. */
export function handedOver<T>(answer: Promise<T>): HandedOver<T> {
  // The group waits for it as soon as all its jobs have come so far.
  answer.catch(() => {})
  return { [answerOf]: answer }
}

/** The same outcome with something else made of it. */
export function following<T, U>(outcome: T | HandedOver<T>, then: (answer: T) => U): U | HandedOver<U> {
  return isHandedOver(outcome) ? handedOver(outcome[answerOf].then(then)) : then(outcome)
}

/** What a job comes to, whether or not it had to wait for it. */
export function answerTo<T>(outcome: T | HandedOver<T>): T | Promise<T> {
  return isHandedOver(outcome) ? outcome[answerOf] : outcome
}

function isHandedOver<T>(outcome: T | HandedOver<T>): outcome is HandedOver<T> {
  return typeof outcome === 'object' && outcome !== null && answerOf in outcome
}
