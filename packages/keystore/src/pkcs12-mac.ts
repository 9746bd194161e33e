import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  type DerValue,
  damaged,
  identifier,
  identifierOf,
  integer,
  isNull,
  type NewDerValue,
  nothing,
  numberOf,
  octets,
  octetsOf,
  sequence,
  sequenceOf,
} from './der.ts'
import type { Effort } from './effort.ts'
import { KeyStoreError } from './key-store-error.ts'
import { derivePbkdf2, hashOfPrf } from './password-encryption.ts'
import { derivePkcs12, digestLength, type Pkcs12Hash, passwordBytes } from './pkcs12-key-derivation.ts'

const pbmac1 = '1.2.840.113549.1.5.14'
const pbkdf2Name = '1.2.840.113549.1.5.12'

const hashNames = {
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const

const hashes: ReadonlyMap<string, Pkcs12Hash> = new Map([
  [hashNames.sha1, 'sha1'],
  [hashNames.sha224, 'sha224'],
  [hashNames.sha256, 'sha256'],
  [hashNames.sha384, 'sha384'],
  [hashNames.sha512, 'sha512'],
])

/**
 * Whether MacData (RFC 7292 §4) holds for a content under a password, so that both are what they were when it was written.
 * @throws {KeyStoreError} `unsupported`, `too-large`, `tampered`
 */
export async function isSealed(
  macData: DerValue,
  content: Uint8Array,
  { password, effort }: { readonly password: string | undefined; readonly effort: Effort },
): Promise<boolean> {
  const [digestInfo, saltValue, iterationsValue, ...more] = sequenceOf(macData) ?? []
  const [algorithm, digestValue, ...others] = sequenceOf(digestInfo) ?? []
  const [name, parameters, ...rest] = sequenceOf(algorithm) ?? []
  const scheme = identifierOf(name)
  const digest = octetsOf(digestValue)
  const salt = octetsOf(saltValue)
  const iterations = iterationsValue === undefined ? 1 : numberOf(iterationsValue)
  const isPlain = more.length + others.length + rest.length === 0
  if (!isPlain || digest === undefined || salt === undefined || iterations === undefined || iterations < 1) {
    throw damaged('The file')
  }
  if (scheme === pbmac1) {
    const [derivation, mac] = sequenceOf(parameters) ?? []
    const [derivationName, derivationParameters] = sequenceOf(derivation) ?? []
    if (identifierOf(derivationName) !== pbkdf2Name) throw unknownMac(identifierOf(derivationName))
    const key = await derivePbkdf2(derivationParameters, password ?? '', { length: undefined, effort })
    return isEqual(createHmac(hashOfPrf(mac), key).update(content).digest(), digest)
  }
  const hash = scheme === undefined ? undefined : hashes.get(scheme)
  if (hash === undefined) throw unknownMac(scheme)
  if ((parameters !== undefined && !isNull(parameters)) || salt.length > 1024) throw damaged('The file')
  const forms = passwordBytes(password)
  effort.spendHere(iterations * forms.length)
  return forms.some((form) => {
    const key = derivePkcs12({ hash, password: form, salt, iterations, purpose: 'mac', length: digestLength(hash) })
    return isEqual(createHmac(hash, key).update(content).digest(), digest)
  })
}

/** MacData that seals a content under a password. */
export function seal(
  content: Uint8Array,
  { password, hash, iterations }: { readonly password: string; readonly hash: Pkcs12Hash; readonly iterations: number },
): NewDerValue {
  const salt = randomBytes(20)
  const [form = new Uint8Array()] = passwordBytes(password)
  const key = derivePkcs12({ hash, password: form, salt, iterations, purpose: 'mac', length: digestLength(hash) })
  const digest = createHmac(hash, key).update(content).digest()
  const algorithm = sequence(identifier(hashNames[hash]), nothing())
  return sequence(sequence(algorithm, octets(digest)), octets(salt), integer(iterations))
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function unknownMac(name: string | undefined): KeyStoreError {
  return new KeyStoreError(
    'unsupported',
    `This file is sealed in a way that is not read here (${name ?? 'without a name'}). Make it again with a MAC of SHA-256 ` +
      'or SHA-1, such as openssl pkcs12 -export -macalg sha256.',
  )
}
