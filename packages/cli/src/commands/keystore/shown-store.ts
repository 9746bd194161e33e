import type { CertificateDescription, KeyDescription, KeyStoreEntry, SalesforceImport } from '@sallyport/keystore'
import { minute, table } from '../../table.ts'
import type { Style } from '../../terminal.ts'
import { printable } from '../../terminal.ts'
import type { KeyStores, OpenedStore } from './opened.ts'

/** An entry with what there is to say of it. */
export interface ShownEntry {
  readonly alias: string
  readonly kind: KeyStoreEntry['kind']
  readonly createdAt: Date | undefined
  /** The kind of its key: by the certificate, or by the key where there is none. */
  readonly key: KeyDescription | undefined
  /** Leaf first. */
  readonly chain: readonly CertificateDescription[]
}

const formatNames = { pem: 'PEM', der: 'DER', pkcs12: 'PKCS#12', jks: 'JKS', jceks: 'JCEKS' } as const

/** Describes the entries of a store. What cannot be read of one is left out. */
export function shownEntries(keyStores: KeyStores, entries: readonly KeyStoreEntry[]): readonly ShownEntry[] {
  return entries.map((entry) => {
    const { alias, kind, createdAt } = entry
    const certificates = entry.kind === 'trusted-certificate' ? [entry.certificate] : entry.chain
    const chain = certificates.flatMap((der) => readable(keyStores, () => keyStores.describeCertificate(der)))
    const own =
      entry.kind === 'private-key'
        ? readable(keyStores, () => keyStores.describePrivateKey(entry.privateKey))[0]
        : undefined
    return { alias, kind, createdAt, chain, key: own ?? chain[0]?.key }
  })
}

/** A store and its verdict, for programs. */
export function storeJson(
  { file, store }: OpenedStore,
  entries: readonly ShownEntry[],
  verdict: SalesforceImport,
): Readonly<Record<string, unknown>> {
  return { file, format: store.format, entries: entries.map(entryJson), salesforceImport: verdict }
}

/** An entry, for programs: what its first certificate says stands beside the alias. */
export function entryJson({ alias, kind, createdAt, key, chain }: ShownEntry): Readonly<Record<string, unknown>> {
  const [leaf] = chain
  return {
    alias,
    kind,
    createdAt,
    key,
    subject: leaf?.subject,
    notAfter: leaf?.notAfter,
    sha1: leaf?.sha1,
    sha256: leaf?.sha256,
    x5t: leaf?.x5t,
    'x5t#S256': leaf?.x5tS256,
    chain,
  }
}

/** A store and its verdict, for people. */
export function storeText(
  { file, store }: OpenedStore,
  entries: readonly ShownEntry[],
  verdict: SalesforceImport,
  style: Style,
): string {
  const rows = entries.map(({ alias, kind, key, chain }) => [
    alias === '' ? '–' : alias,
    kindNames[kind],
    chain[0]?.subject ?? '–',
    keyText(key),
    minute(chain[0]?.notAfter),
  ])
  const prints = entries.flatMap(({ alias, chain: [leaf] }) =>
    leaf === undefined
      ? []
      : [
          [alias === '' ? '–' : alias, 'SHA-1', leaf.sha1],
          ['', 'SHA-256', leaf.sha256],
          ['', 'x5t', leaf.x5t],
          ['', 'x5t#S256', leaf.x5tS256],
        ],
  )
  const count = entries.length === 1 ? '1 entry' : `${entries.length} entries`
  return [
    `${style.bold(printable(file))}  ${formatNames[store.format]}, ${count}`,
    ...(rows.length > 0 ? ['', table(['Alias', 'Kind', 'Subject', 'Key', 'Expires'], rows, style)] : []),
    ...(prints.length > 0 ? ['', table(['Alias', 'Fingerprint', ''], prints, style)] : []),
    '',
    verdictText(verdict, style),
  ].join('\n')
}

/** Whether Salesforce will import it, rule by rule, with the commands that mend what is broken. */
export function verdictText({ isImportable, checks, warnings }: SalesforceImport, style: Style): string {
  const lines = [`Salesforce will import this: ${isImportable ? style.green('yes') : `${style.red('no')}, because`}`]
  for (const { outcome, message, salesforceSays, mend } of checks) {
    lines.push(`  ${marks(style)[outcome]} ${printable(message)}`)
    if (salesforceSays !== undefined) lines.push(`    Salesforce says: ${printable(salesforceSays)}`)
    if (mend !== undefined) lines.push(`    ${style.dim('→')} ${printable(mend)}`)
  }
  for (const warning of warnings) lines.push(`  ${style.yellow('!')} ${printable(warning)}`)
  return lines.join('\n')
}

/** One line on what an entry is: `“orga_jwt” (private key, RSA 2048, CN=orgA)`. Without a name: `private key (…)`. */
export function entryText({ alias, kind, key, chain }: ShownEntry): string {
  const about = [keyText(key), chain[0]?.subject].filter((part) => part !== undefined)
  const [name, details] = alias === '' ? [kindNames[kind], about] : [`“${alias}”`, [kindNames[kind], ...about]]
  return `${name} (${details.join(', ')})`
}

/** Kind and size of a key. */
export function keyText(key: KeyDescription | undefined): string {
  if (key === undefined) return '–'
  return [key.type, key.curve ?? key.bits?.toString()].filter((part) => part !== undefined).join(' ')
}

const kindNames = {
  'private-key': 'private key',
  'locked-private-key': 'private key, locked',
  'trusted-certificate': 'certificate',
} as const

function marks({ green, red, dim }: Style) {
  return { kept: green('✓'), broken: red('✗'), unchecked: dim('–') }
}

function readable<Value>(keyStores: KeyStores, read: () => Value): readonly Value[] {
  try {
    return [read()]
  } catch (error) {
    if (error instanceof keyStores.KeyStoreError) return []
    throw error
  }
}
