import { basename, dirname, extname, join } from 'node:path'
import { isUniqueName, uniqueNameFrom } from './certificate-name.ts'
import type { KeyStore, KeyStoreEntry, KeyStoreFormat, LockedPrivateKeyEntry, PrivateKeyEntry } from './key-store.ts'
import { KeyStoreError } from './key-store-error.ts'
import { keySizes } from './self-signed.ts'
import { describeCertificate, describePrivateKey, isChain, type KeyDescription, keyMatchesCertificate } from './x509.ts'

/** One thing that *Import from Keystore* asks of a file. */
export type ImportRule =
  | 'jks-file'
  | 'private-key-entry'
  | 'key-password'
  | 'alias'
  | 'pkcs8-key'
  | 'rsa-key'
  | 'key-size'
  | 'key-matches-chain'

/** What checking a rule came to, for the whole store or for one of its entries. */
export interface ImportCheck {
  readonly rule: ImportRule
  /** `unchecked` when another rule must hold before this one can be told. */
  readonly outcome: 'kept' | 'broken' | 'unchecked'
  /** The entry that breaks the rule. */
  readonly alias: string | undefined
  /** What was found, and what is asked. */
  readonly message: string
  /** What Salesforce says when the rule is broken, in its own words, where they are known. */
  readonly salesforceSays: string | undefined
  /** The command that mends it; what stands in `<…>` has to be filled in. */
  readonly mend: string | undefined
}

/** What commands are to name. */
export interface ImportCheckOptions {
  readonly now: Date
  /** The file that the store was read from. */
  readonly file: string
  /** Options for each command, such as `--password-env STORE_PASSWORD`. */
  readonly commandOptions?: readonly string[]
}

/** Whether Salesforce will import a key store, rule by rule, and what should be known besides. */
export interface SalesforceImport {
  /** Whether no rule is broken. */
  readonly isImportable: boolean
  /** At least one check for each rule, in the order in which to mend them. */
  readonly checks: readonly ImportCheck[]
  /** What does not hinder the import, but the use. */
  readonly warnings: readonly string[]
}

type KeyEntry = PrivateKeyEntry | LockedPrivateKeyEntry

/**
 * Checks a key store against what Salesforce imports (*Certificate and Key Management*, *Import from Keystore*): a JKS file
 * with private keys of RSA with 2048, 3072 or 4096 bits, locked with the password of the store, each with its own
 * certificate chain, under aliases that can be unique names.
 * @param store read with the password of the store alone, so that keys with another are seen to be locked
 */
export function checkSalesforceImport(store: KeyStore, options: ImportCheckOptions): SalesforceImport {
  const keys = store.entries.filter(isKeyEntry)
  const mends = mendsFor(store, options)
  const checks = [
    ...checkFormat(store, mends),
    ...checkHasKey(keys, mends),
    ...checkKeyPasswords(keys, mends),
    ...checkAliases(store, mends),
    ...checkPkcs8(keys, mends),
    ...checkKinds(keys, mends),
    ...checkSizes(keys, mends),
    ...checkChains(keys, store.entries, mends),
  ]
  return {
    isImportable: checks.every(({ outcome }) => outcome === 'kept'),
    checks,
    warnings: keys.flatMap((entry) => validityWarnings(entry, options.now)),
  }
}

function checkFormat({ format }: KeyStore, mends: Mends): readonly ImportCheck[] {
  if (format === 'jks') return [kept('jks-file', 'It is a JKS file.')]
  const name = formatNames[format]
  return [broken('jks-file', { message: `It is ${name}, and only JKS files are imported.`, mend: mends.toJks })]
}

const formatNames = {
  pem: 'PEM text',
  der: 'a single DER file',
  pkcs12: 'a PKCS#12 file',
  jks: 'a JKS file',
  jceks: 'a JCEKS file',
} as const

function checkHasKey(keys: readonly KeyEntry[], mends: Mends): readonly ImportCheck[] {
  const [first] = keys
  if (first !== undefined) return [kept('private-key-entry', 'It holds a private key.')]
  return [
    broken('private-key-entry', {
      message: 'It holds certificates only. A private key with its certificate is what is imported.',
      salesforceSays: "No certificate was imported because the keystore file doesn't contain a PrivateKey entry.",
      mend: mends.addKey,
    }),
  ]
}

function checkKeyPasswords(keys: readonly KeyEntry[], mends: Mends): readonly ImportCheck[] {
  if (keys.length === 0) return [unchecked('key-password', 'There is no key to look at.')]
  return perEntry(keys, 'key-password', 'Each key is locked with the password of the store.', ({ kind, alias }) => {
    if (kind === 'private-key') return undefined
    return {
      message:
        `${theKey(alias)} is locked with a password of its own, and Salesforce asks for the store's only. ` +
        'The command asks for the password of the key, too.',
      salesforceSays: `The Keystore contains a certificate '${alias}' whose per key password is not the same as the keystore password.`,
      mend: mends.onePassword,
    }
  })
}

function checkAliases({ format, entries }: KeyStore, mends: Mends): readonly ImportCheck[] {
  if (entries.length > 0 && isLoose(format)) {
    return [unchecked('alias', 'There are no aliases in such a file; the conversion gives one.')]
  }
  return perEntry(entries, 'alias', 'Each alias can be a unique name.', ({ alias }) => {
    const isLost = format === 'jks' && alias !== alias.toLowerCase()
    if (isUniqueName(alias) && !isLost) return undefined
    return {
      message: isUniqueName(alias)
        ? `The alias “${alias}” has capitals. Java looks aliases up in lower case, and so finds nothing under this one.`
        : `The alias “${alias}” can be no unique name: one begins with a letter and has only letters, digits and single ` +
          'underscores, the last not at its end.',
      salesforceSays: 'Keystore contains an entry whose alias is not acceptable for import',
      mend: mends.rename(alias),
    }
  })
}

function checkPkcs8(keys: readonly KeyEntry[], mends: Mends): readonly ImportCheck[] {
  if (keys.length === 0) return [unchecked('pkcs8-key', 'There is no key to look at.')]
  return perEntry(keys, 'pkcs8-key', 'Each key is in PKCS#8 form.', (entry) => {
    if (entry.kind === 'locked-private-key' || keyOf(entry) !== undefined) return undefined
    return {
      message: `${theKey(entry.alias)} is none in PKCS#8 form.`,
      salesforceSays: 'The key must be in PKCS#8 format.',
      mend: mends.newKey(entry.alias),
    }
  })
}

function checkKinds(keys: readonly KeyEntry[], mends: Mends): readonly ImportCheck[] {
  if (keys.length === 0) return [unchecked('rsa-key', 'There is no key to look at.')]
  return perEntry(keys, 'rsa-key', 'Each key is an RSA key.', (entry) => {
    const key = keyOf(entry)
    if (key === undefined || key.type === 'RSA') return undefined
    return {
      message:
        `${theKey(entry.alias)} is of the kind ${key.type}, and no key can become one of another kind: make a new ` +
        'one, and register its certificate where the old one is.',
      salesforceSays: 'The key is not an RSA key.',
      mend: mends.newKey(entry.alias),
    }
  })
}

function checkSizes(keys: readonly KeyEntry[], mends: Mends): readonly ImportCheck[] {
  if (keys.length === 0) return [unchecked('key-size', 'There is no key to look at.')]
  return perEntry(keys, 'key-size', `Each RSA key has ${keySizes.join(', ')} bits.`, (entry) => {
    const key = keyOf(entry)
    if (key?.type !== 'RSA' || keySizes.some((size) => size === key.bits)) return undefined
    return {
      message:
        `${theKey(entry.alias)} has ${key.bits} bits, and a key cannot be made longer: make a new one, and register ` +
        'its certificate where the old one is.',
      salesforceSays: 'Imported keys must have a bit size of 2048, 3072, or 4096.',
      mend: mends.newKey(entry.alias),
    }
  })
}

function checkChains(
  keys: readonly KeyEntry[],
  entries: readonly KeyStoreEntry[],
  mends: Mends,
): readonly ImportCheck[] {
  if (keys.length === 0) return [unchecked('key-matches-chain', 'There is no key to look at.')]
  const everywhere = entries.flatMap((entry) => (isKeyEntry(entry) ? [...entry.chain] : [entry.certificate]))
  const checks = perEntry(keys, 'key-matches-chain', 'Each key is that of its certificate.', (entry) => {
    if (entry.kind === 'locked-private-key' || keyOf(entry) === undefined) return undefined
    const [leaf] = entry.chain
    const isItsOwn = leaf !== undefined && matches(entry, leaf)
    if (isItsOwn && isChain(entry.chain)) return undefined
    const isHere = everywhere.some((certificate) => matches(entry, certificate))
    const problem =
      leaf === undefined
        ? `${theKey(entry.alias)} has no certificate.`
        : isItsOwn
          ? `${entry.alias === '' ? 'The chain' : `The chain of “${entry.alias}”`} is out of order: each certificate is signed by the next.`
          : `${theKey(entry.alias)} belongs to another certificate than the first of its chain.`
    return {
      message: isHere
        ? `${problem} The right one is in this file: the command puts all in order.`
        : `${problem} Give the certificate that was made for this key.`,
      salesforceSays: 'The private key does not match the certificate chain in the keystore.',
      mend: isHere ? mends.inOrder : mends.certificateFor(entry.alias),
    }
  })
  const isLocked = keys.every(({ kind }) => kind === 'locked-private-key')
  return isLocked ? [unchecked('key-matches-chain', 'Its key is locked.')] : checks
}

/** One check for each entry that breaks a rule; one for all when none does. */
function perEntry<Entry extends { readonly alias: string }>(
  entries: readonly Entry[],
  rule: ImportRule,
  whenKept: string,
  breach: (entry: Entry) => Breach | undefined,
): readonly ImportCheck[] {
  const found = entries.flatMap((entry) => {
    const one = breach(entry)
    return one === undefined ? [] : [broken(rule, { ...one, alias: entry.alias })]
  })
  return found.length > 0 ? found : [kept(rule, whenKept)]
}

interface Breach {
  readonly alias?: string
  readonly message: string
  readonly salesforceSays?: string
  readonly mend: string
}

function kept(rule: ImportRule, message: string): ImportCheck {
  return { rule, outcome: 'kept', alias: undefined, message, salesforceSays: undefined, mend: undefined }
}

function unchecked(rule: ImportRule, message: string): ImportCheck {
  return { ...kept(rule, message), outcome: 'unchecked' }
}

function broken(rule: ImportRule, { alias, message, salesforceSays, mend }: Breach): ImportCheck {
  return { rule, outcome: 'broken', alias, message, salesforceSays, mend }
}

function validityWarnings({ alias, chain }: KeyEntry, now: Date): readonly string[] {
  const [leaf] = chain
  if (leaf === undefined) return []
  const described = tried(() => describeCertificate(leaf))
  if (described === undefined) return []
  const { notBefore, notAfter } = described
  const theCertificate = alias === '' ? 'The certificate' : `The certificate of “${alias}”`
  if (now > notAfter) {
    return [`${theCertificate} expired on ${day(notAfter)}; what its key signs will be refused.`]
  }
  return now < notBefore ? [`${theCertificate} is not valid before ${notBefore.toISOString()}.`] : []
}

/** What keys are called in a sentence. Those of PEM and DER files have no names. */
function theKey(alias: string): string {
  return alias === '' ? 'The key' : `The key of “${alias}”`
}

function isLoose(format: KeyStoreFormat): boolean {
  return format === 'pem' || format === 'der'
}

function day(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}

/** The commands that mend, all about one file. A file that is no JKS is converted first, and the others are about the result. */
interface Mends {
  readonly toJks: string
  readonly addKey: string
  readonly onePassword: string
  readonly inOrder: string
  rename(alias: string): string
  newKey(alias: string): string
  certificateFor(alias: string): string
}

function mendsFor(
  { format, entries }: KeyStore,
  { file, commandOptions = [] }: Pick<ImportCheckOptions, 'file' | 'commandOptions'>,
): Mends {
  const isJks = format === 'jks'
  const stem = join(dirname(file), basename(file, extname(file)))
  const jks = isJks ? file : `${stem}.jks`
  const taken = new Set(entries.map(({ alias }) => alias))
  const [only, ...others] = entries.filter(isKeyEntry)
  const newAlias = only === undefined || others.length > 0 ? undefined : freeName(only.alias, taken, stem)
  const command = (verb: string, operands: readonly string[], options: readonly string[] = []) => {
    const words = ['sallyport', 'keystore', verb, ...commandOptions, ...options]
    // Whatever follows `--` is no option, even if it looks like one.
    if (operands.some((word) => word.startsWith('-'))) words.push('--')
    return [...words, ...operands].map(shellWord).join(' ')
  }
  const renaming = newAlias === undefined || newAlias === only?.alias ? [] : ['--alias', newAlias]
  // What a key store is to hold has to come from somewhere: a key needs its certificate, and a certificate its key.
  const missing =
    only === undefined ? ['<private.key>'] : only.chain.length === 0 && isLoose(format) ? ['<certificate.crt>'] : []
  const toJks = command('convert', [file, ...(isLoose(format) ? missing : []), jks], renaming)
  return {
    toJks,
    addKey: isLoose(format)
      ? toJks
      : command('add', [jks, '<certificate.crt>', '<private.key>'], ['--alias', uniqueNameFrom(basename(stem))]),
    onePassword: command('password', [jks]),
    inOrder: isJks ? command('convert', [file, `${stem}_in_order.jks`]) : toJks,
    rename: (alias) => {
      if (!isJks && renaming.length > 0) return toJks
      return command('alias', [jks, alias, isUniqueName(alias) ? alias.toLowerCase() : freeName(alias, taken, stem)])
    },
    newKey: (alias) => {
      const name = isUniqueName(alias) ? alias : freeName(alias, new Set(), stem)
      return command('create', [name], ['--out', `${stem}_rsa_2048.jks`])
    },
    certificateFor: (alias) =>
      isJks
        ? command('add', [jks, '<certificate.crt>'], ['--alias', alias])
        : command('convert', [file, '<certificate.crt>', jks], renaming),
  }
}

/** A unique name near an alias that no other entry has; from the name of the file when the alias says nothing. */
function freeName(alias: string, taken: ReadonlySet<string>, stem: string): string {
  if (isUniqueName(alias)) return alias
  const saysSomething = /[A-Za-z]/.test(alias)
  const name = uniqueNameFrom(saysSomething ? alias : basename(stem))
  for (let number = 2; ; number += 1) {
    if (!taken.has(name)) return name
    const numbered = `${name}_${number}`
    if (!taken.has(numbered)) return numbered
  }
}

/** A word as a POSIX shell reads it back unchanged, whatever is in it; `<…>` is left for a person to fill in. */
function shellWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$|^<[a-z.]+>$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function isKeyEntry(entry: KeyStoreEntry): entry is KeyEntry {
  return entry.kind !== 'trusted-certificate'
}

/** The kind of an entry's key; of a locked one its certificate tells. */
function keyOf(entry: KeyEntry): KeyDescription | undefined {
  if (entry.kind === 'private-key') return tried(() => describePrivateKey(entry.privateKey))
  const [leaf] = entry.chain
  return leaf === undefined ? undefined : tried(() => describeCertificate(leaf).key)
}

function matches({ kind, ...entry }: KeyEntry, certificate: Uint8Array): boolean {
  if (!('privateKey' in entry)) return false
  return tried(() => keyMatchesCertificate(entry.privateKey, certificate)) === true
}

/** What cannot be read is as good as not there; the rule that asks for it says so. */
function tried<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof KeyStoreError) return undefined
    throw error
  }
}
