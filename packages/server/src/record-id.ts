import { randomInt } from 'node:crypto'
import type { Clock } from './clock.ts'

/** The first three characters of an id say what the record is, as at Salesforce. */
export const keyPrefixes = {
  organization: '00D',
  user: '005',
  profile: '00e',
  permissionSet: '0PS',
  connectedApplication: '0H4',
  externalClientApplication: '0xI',
  customPermission: '0CP',
  oauthCustomScope: '1CS',
  certificate: '0P1',
  samlSsoConfig: '0LE',
  authProvider: '0SO',
  tokenExchangeHandler: '1eM',
  loginHistory: '0Ya',
  authSession: '0Ak',
  oauthToken: '0CQ',
  listView: '00B',
  loginIp: '0Z1',
  permissionSetAssignment: '0Pa',
  setupEntityAccess: '0J0',
  queryLocator: '01g',
  setupAuditTrail: '0Ym',
  appMenuItem: '0DS',
  verificationHistory: '0Yx',
  userLogin: '0Yw',
  namedCredential: '0XA',
  externalCredential: '0pu',
  Account: '001',
  Contact: '003',
  Opportunity: '006',
  Lead: '00Q',
  Case: '500',
  Task: '00T',
  Event: '00U',
} as const

/** A kind of record that has ids. */
export type RecordKind = keyof typeof keyPrefixes

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const checksumDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

function base62(value: number, length: number): string {
  let text = ''
  for (let rest = value, place = 0; place < length; place++) {
    text = digits.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}

/** The three characters that make a 15-character id safe where case is lost: one per five characters, a bit per capital. */
function checksum(id15: string): string {
  let suffix = ''
  for (const start of [0, 5, 10]) {
    let bits = 0
    for (let place = 0; place < 5; place++) {
      const character = id15.charAt(start + place)
      if (character >= 'A' && character <= 'Z') bits |= 1 << place
    }
    suffix += checksumDigits.charAt(bits)
  }
  return suffix
}

/** The 18-character id of a record whose number in its table is `number`. */
export function recordIdOf(prefix: string, number: number): string {
  const id15 = prefix + base62(number, 12)
  return id15 + checksum(id15)
}

/** The number of the record that an id is of, as {@link recordIdOf} made it; -1 for an id of another kind. */
export function recordNumberOf(prefix: string, id: string): number {
  if (!id.startsWith(prefix)) return -1
  let number = 0
  for (const digit of id.slice(3, 15)) number = number * 62 + digits.indexOf(digit)
  return Number.isSafeInteger(number) ? number : -1
}

/** The 15-character form of an id. */
export function id15(id: string): string {
  return id.slice(0, 15)
}

/** The 18-character form of an id of 15 or 18 characters, or `undefined` when it is no id. */
export function readRecordId(text: string): string | undefined {
  if (!/^[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?$/.test(text)) return undefined
  const short = text.slice(0, 15)
  const long = short + checksum(short)
  return text.length === 15 || text === long ? long : undefined
}

/** Makes ids for new records: later ones sort after earlier ones, and two servers hardly ever make the same. */
export function recordIds(now: Clock): (kind: RecordKind) => string {
  const newId = prefixedIds(now)
  return (kind) => newId(keyPrefixes[kind])
}

/** The same for records of objects that an org has made: by the first three characters of their ids. */
export function prefixedIds(now: Clock): (prefix: string) => string {
  let latest = 0
  return (prefix) => {
    latest = Math.max(latest + 1, now().getTime())
    const id = prefix + base62(latest, 8) + base62(randomInt(62 ** 4), 4)
    return id + checksum(id)
  }
}
