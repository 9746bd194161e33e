import {
  DatabaseBusy,
  DatabaseFull,
  DatabaseUnreachable,
  DatabaseUnusable,
  JustTaken,
  OutOfDate,
  saysWhy,
} from './database-errors.ts'
import { NotBegun } from './postgres-message.ts'

/** The code of an error: PostgreSQL's five characters (SQLSTATE), or that of the system. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Whether a prepared statement no longer fits the tables, which a newer program has changed under it. */
export function isOutdated(error: unknown): boolean {
  // 0A000 is also for what PostgreSQL cannot do at all, which no statement of ours asks for.
  return ['0A000', '26000'].includes(codeOf(error))
}

/** Whether an error came of what other transactions did meanwhile: a deadlock, a lock not had in time. */
export function isOfOthers(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(codeOf(error)) || isOutdated(error)
}

/** Whether the connection is of no use any more, or leads to a server that takes no writes. */
export function isOfConnection(error: unknown): boolean {
  const code = codeOf(error)
  const isOfServer = /^(?:08|28|3D|57P|58)/.test(code) || ['25006', '53300', '25P03'].includes(code)
  // Everything else comes from the network.
  return isOfServer || (error instanceof Error && !/^[0-9FHPX][0-9A-Z]{4}$/.test(code))
}

/** Says of an error while the server runs whether the database was out of reach, or too slow; any other is as it is. */
export function explained(place: string, error: unknown): unknown {
  if (error instanceof NotBegun) return explained(place, error.cause)
  if (codeOf(error) === '53100') return new DatabaseFull(place, error)
  if (isOfConnection(error)) return new DatabaseUnreachable(place, error)
  // Cancelled after its time, no memory left, too many locks.
  if (/^(?:57014|53)/.test(codeOf(error))) return new DatabaseUnreachable(place, error)
  if (codeOf(error) === '23505') return new JustTaken(error)
  // A value is null where a condition does not hold, see `held`.
  if (codeOf(error) === '23502') return new OutOfDate(error)
  return isOfOthers(error) ? new DatabaseBusy(place, error) : error
}

/** Says of an error at the start what a person can do about it. */
export function explainedAtStart(place: string, user: string | undefined, error: unknown): unknown {
  if (saysWhy(error)) return error
  const unusable = (problem: string) => new DatabaseUnusable(place, problem, error)
  // Some of what TLS says has several lines.
  const message = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').trim() : ''
  switch (codeOf(error)) {
    case '28P01':
      return unusable(`its password for the user ${user ?? '(none given)'} is another one.`)
    case '28000':
      return unusable(`the user ${user ?? '(none given)'} is not let in: ${message}.`)
    case '3D000':
      return unusable('there is no such database; create it first: CREATE DATABASE …')
    case '3F000':
      return unusable('there is no such schema, and it could not be made.')
    case '42501':
      return unusable(`the user lacks a right: ${message}. As its owner: GRANT USAGE, CREATE ON SCHEMA … TO …`)
    case '25006':
      return unusable('it takes no writes: it is a standby. Name the primary, or all: postgres://one,other/database.')
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unusable('its host has no address; see to the URL.')
    case 'ECONNREFUSED':
      return unusable('nothing listens there; start PostgreSQL, or see to host and port in the URL.')
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return unusable(`its certificate is not trusted (${message}). Name its authority: ?sslrootcert=<file>.`)
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return unusable('its certificate is for another host. Give the host that it names, or ?sslmode=verify-ca.')
    case 'CERT_HAS_EXPIRED':
      return unusable('its certificate has expired; give it another one.')
  }
  if (message.includes('does not support SSL')) {
    return unusable('it speaks no TLS. Turn TLS on there; on a network that you trust: ?sslmode=disable.')
  }
  if (message.includes('password must be a string')) {
    return unusable('it wants a password. Put it into the URL, or into a file: --database-password-file <file>.')
  }
  return isOfConnection(error) ? unusable(`it cannot be reached: ${message}.`) : error
}
