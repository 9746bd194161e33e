import type { KeyStore, KeyStoreEntry, PrivateKeyEntry } from '@sallyport/keystore'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { Seal } from '../seal.ts'
import type { CertificateStore, OrgCertificate } from './certificate.ts'
import { type CertificateImportNeeds, exportableKey, importCertificate, nameProblems } from './new-certificate.ts'

/** A key store whose keys an org is to sign with. */
export interface KeyStoreImport {
  /** JKS as at Salesforce; here PKCS#12 and PEM, too. */
  readonly bytes: Uint8Array
  /** What commands that mend the file are to call it. */
  readonly file?: string
  /** The password of the store. Keys with another are refused, as at Salesforce. */
  readonly password?: string
  /** Which of its entries to take; all unless given. The rest may be whatever it is. */
  readonly aliases?: readonly string[]
  /** What to call its key, of which there is one. Without it each key is called by its alias. */
  readonly name?: string
  /** *Exportable Private Key*; yes by default. */
  readonly isPrivateKeyExportable?: boolean
}

/**
 * Takes in the keys of a key store with their certificates (*Import from Keystore*): all of them, or none if one breaks a rule.
 * What is refused is said in Salesforce's words, with what to do.
 */
export async function importKeyStore(
  needs: CertificateImportNeeds,
  org: { readonly id: string },
  entered: KeyStoreImport,
): Promise<Outcome<readonly OrgCertificate[]>> {
  const reading = await readKeys(entered, needs.now())
  if (!reading.ok) return reading
  const { keys, warnings } = reading.value
  const { name, isPrivateKeyExportable = true } = entered
  if (name !== undefined && keys.length > 1) {
    const aliases = keys.map(({ alias }) => `“${alias}”`).join(', ')
    return refused({ field: 'name', message: `The key store has several keys: ${aliases}. Leave the name out.` })
  }
  if (name === undefined && keys.some(({ alias }) => alias === '')) {
    return refused({ field: 'name', message: 'The file has no name for its key. Give one.' })
  }
  const problems = await Promise.all(keys.map((key) => nameProblems(needs, org, { name: name ?? key.alias })))
  if (problems.flat().length > 0) return refused(...problems.flat())
  const { pemBlock } = await import('@sallyport/keystore')
  const taken: OrgCertificate[] = []
  const found: Problem[] = [...warnings]
  for (const { alias, privateKey, chain } of keys) {
    const outcome = await importCertificate(needs, org, {
      name: name ?? alias,
      certificate: chain.map((der) => pemBlock('CERTIFICATE', der)).join(''),
      privateKey: pemBlock('PRIVATE KEY', privateKey),
      isPrivateKeyExportable,
    })
    if (!outcome.ok) return outcome
    taken.push(outcome.value)
    found.push(...outcome.warnings)
  }
  return done(taken, found)
}

/** What to write a key store as. */
export interface KeyStoreExport {
  readonly format: 'jks' | 'pkcs12'
  /** Of 6 characters or more; locks the keys, too. */
  readonly password: string
  readonly now: Date
}

/**
 * Writes certificates of an org into a key store (*Export to Keystore*): with their private keys where these are held and may
 * be exported; that they went is noted in Setup Audit Trail.
 */
export async function exportKeyStore(
  { certificates: store, seal }: { readonly certificates: Pick<CertificateStore, 'noteExport'>; readonly seal: Seal },
  certificates: readonly OrgCertificate[],
  { format, password, now }: KeyStoreExport,
): Promise<Outcome<Uint8Array>> {
  const { KeyStoreError, readKeyStore, writeKeyStore } = await import('@sallyport/keystore')
  if (password.length < 6) {
    return refused({ field: 'password', message: 'The password of a key store has 6 characters or more.' })
  }
  const entries: KeyStoreEntry[] = []
  const exported: string[] = []
  for (const held of certificates) {
    const key = exportableKey(seal, held)
    if (key.ok) exported.push(held.id)
    const pem = [held.certificate.pem, ...held.chain, ...(key.ok ? [key.value] : [])].join('')
    const { entries: read } = await readKeyStore(Buffer.from(pem))
    const [entry] = read
    if (entry !== undefined) entries.push({ ...entry, alias: held.name, createdAt: held.createdAt })
  }
  try {
    const bytes = await writeKeyStore(entries, { format, password, now })
    await Promise.all(exported.map((id) => store.noteExport(id)))
    return done(bytes)
  } catch (error) {
    if (error instanceof KeyStoreError) return refused({ field: 'name', message: error.message })
    throw error
  }
}

interface ReadKeys {
  readonly keys: readonly PrivateKeyEntry[]
  readonly warnings: readonly Problem[]
}

async function readKeys(entered: KeyStoreImport, now: Date): Promise<Outcome<ReadKeys>> {
  const { checkSalesforceImport, KeyStoreError, readKeyStore } = await import('@sallyport/keystore')
  const { bytes, password, name, file = '<file>' } = entered
  let store: KeyStore
  try {
    store = await readKeyStore(bytes, password === undefined ? {} : { password })
  } catch (error) {
    if (!(error instanceof KeyStoreError)) throw error
    const field = error.code === 'wrong-password' || error.code === 'password-required' ? 'password' : 'keyStore'
    return refused({ field, message: error.message })
  }
  const { aliases = [] } = entered
  const strange = aliases.filter((alias) => !store.entries.some((entry) => isCalled(entry, alias)))
  if (strange.length > 0) {
    const known = store.entries.map((entry) => `“${entry.alias}”`).join(', ')
    const message = `The key store has no ${strange.map((alias) => `“${alias}”`).join(', ')}. It has: ${known}.`
    return refused({ field: 'aliases', message })
  }
  if (aliases.length > 0) {
    const taken = store.entries.filter((entry) => aliases.some((alias) => isCalled(entry, alias)))
    store = { ...store, entries: taken }
  }
  const verdict = checkSalesforceImport(store, { now, file })
  // A name of one's own stands in for an alias; and only Salesforce itself is particular about the format.
  const isAsked = (rule: string) => rule !== 'jks-file' && (rule !== 'alias' || name === undefined)
  const broken = verdict.checks.filter(({ rule, outcome }) => outcome === 'broken' && isAsked(rule))
  if (broken.length > 0) {
    return refused(
      ...broken.map(({ salesforceSays, message, mend }): Problem => {
        const words = [
          salesforceSays?.replace(/\.?$/, '.'),
          message,
          mend === undefined ? undefined : `To mend it: ${mend}`,
        ]
        return { field: 'keyStore', message: words.filter((part) => part !== undefined).join(' ') }
      }),
    )
  }
  const keys = store.entries.filter((entry) => entry.kind === 'private-key')
  return done({ keys, warnings: [...formatWarnings(store), ...leftOut(store)] })
}

// As key stores look aliases up.
function isCalled({ alias }: KeyStoreEntry, asked: string): boolean {
  return alias.toLowerCase() === asked.toLowerCase()
}

function formatWarnings({ format }: KeyStore): readonly Problem[] {
  if (format === 'jks') return []
  return [
    { field: 'keyStore', message: 'Salesforce itself imports JKS files only: sallyport keystore convert makes one.' },
  ]
}

function leftOut({ entries }: KeyStore): readonly Problem[] {
  return entries.flatMap(({ kind, alias }): readonly Problem[] =>
    kind === 'trusted-certificate'
      ? [{ field: 'keyStore', message: `Left out: the certificate “${alias}”, which comes without a private key.` }]
      : [],
  )
}
