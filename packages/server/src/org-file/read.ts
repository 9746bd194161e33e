import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { certificateFileText } from '../certificates/certificate-file.ts'
import { type EnteredMobileApp, mobileFileFields } from '../connected-apps/mobile-app.ts'
import { type EnteredMobileFile, largestBinary } from '../connected-apps/mobile-file.ts'
import type { ConnectedAppEntry, ExternalClientAppEntry } from './app-schemas.ts'
import {
  authProviderKind,
  certificateKind,
  connectedAppKind,
  customPermissionKind,
  customScopeKind,
  type EntryKind,
  externalClientAppKind,
  externalCredentialKind,
  namedCredentialKind,
  objectKind,
  orgKind,
  permissionSetKind,
  profileKind,
  readEntry,
  recordKind,
  samlSsoConfigKind,
  tokenExchangeHandlerKind,
  userKind,
} from './entry.ts'
import { connectedEntryOf, type ListedExternal, refreshTokenPolicyProblem } from './external-client-app.ts'
import type {
  AuthProviderEntry,
  CertificateEntry,
  CustomPermissionEntry,
  CustomScopeEntry,
  ExternalCredentialEntry,
  NamedCredentialEntry,
  ObjectEntry,
  OrgFile,
  PermissionSetEntry,
  ProfileEntry,
  RecordEntry,
  SamlSsoConfigEntry,
  TokenExchangeHandlerEntry,
  UserEntry,
} from './org-file.ts'
import { type Path, type Place, readYaml, type YamlText } from './yaml-text.ts'

/** One thing wrong with an org file: where, and why, in words. */
export interface Mistake extends Place {
  /** The name of the file, as it was asked for. */
  readonly file: string
  /** Such as `orgs[0].users[2].profile`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
}

/** Something that an org file lists, with its place in the file. */
export interface Listed<Entry> {
  readonly path: Path
  readonly entry: Entry
}

/** A certificate with the texts of the files it names. */
export interface ListedCertificate extends Listed<CertificateEntry> {
  readonly certificate: string | undefined
  readonly privateKey: string | undefined
}

/** A connected app or an external client app, in the words of the former, with what is in the files it names. */
export interface ListedApp extends Listed<ConnectedAppEntry> {
  /** What an external client app has besides; `undefined` for a connected app. */
  readonly external: ListedExternal | undefined
  readonly certificate: string | undefined
  readonly samlCertificate: string | undefined
  readonly mobileFiles: Pick<EnteredMobileApp, (typeof mobileFileFields)[number]>
}

type MobileAppEntry = NonNullable<ConnectedAppEntry['mobileAppConfig']>

/** An identity provider with the text of the certificate file it names. */
export interface ListedSamlSsoConfig extends Listed<SamlSsoConfigEntry> {
  readonly certificate: string | undefined
}

/** An org of an org file with all it lists. */
export interface ListedOrg extends Listed<z.output<typeof orgKind.schema>> {
  readonly profiles: readonly Listed<ProfileEntry>[]
  readonly permissionSets: readonly Listed<PermissionSetEntry>[]
  readonly users: readonly Listed<UserEntry>[]
  readonly certificates: readonly ListedCertificate[]
  /** Connected apps, and external client apps after them. */
  readonly apps: readonly ListedApp[]
  readonly customScopes: readonly Listed<CustomScopeEntry>[]
  readonly customPermissions: readonly Listed<CustomPermissionEntry>[]
  readonly samlSsoConfigs: readonly ListedSamlSsoConfig[]
  readonly authProviders: readonly Listed<AuthProviderEntry>[]
  readonly tokenExchangeHandlers: readonly Listed<TokenExchangeHandlerEntry>[]
  readonly externalCredentials: readonly Listed<ExternalCredentialEntry>[]
  readonly namedCredentials: readonly Listed<NamedCredentialEntry>[]
  readonly objects: readonly Listed<ObjectEntry>[]
  readonly records: readonly (Listed<RecordEntry> & { readonly object: string })[]
}

/** An org file, read. What is wrong with it so far is in `mistakes`; the rest can still be checked against a server. */
export interface ReadOrgFile {
  readonly orgs: readonly ListedOrg[]
  readonly mistakes: readonly Mistake[]
  /** A mistake about the value at a path. */
  mistakeAt(path: Path, message: string): Mistake
}

/**
 * Gives what is in a file of at most so many bytes that an org file names, by its path relative to the org file.
 * @throws {Error} when it cannot; with the code `ENOENT` when there is none
 */
export type ReadBeside = (path: string, most: number) => Promise<Uint8Array>

/** Most bytes of a file that has text in it: certificates and keys. */
const largestText = 65_536

/** Further mistakes are not looked up: nobody reads on, and finding places takes time. */
export const mostMistakes = 200

/** Reads the text of an org file: YAML or JSON. */
export async function readOrgFile(text: string, file: string, readBeside: ReadBeside): Promise<ReadOrgFile> {
  const yaml = readYaml(text)
  const mistakes = yaml.mistakes
    .slice(0, mostMistakes)
    .map(({ path, place, message }) => ({ file, ...place, path: pathText(path), message }))
  const reader = entryReader(yaml, file, mistakes, readBeside)
  const orgs = yaml.value === undefined ? [] : await reader.orgs(yaml.value)
  return { orgs, mistakes: inOrder(mistakes), mistakeAt: reader.mistakeAt }
}

/** Reads an org file from the disk. Files that it names are looked for beside it. */
export async function openOrgFile(path: string): Promise<ReadOrgFile> {
  const folder = dirname(resolve(path))
  try {
    const text = await readBytes(path, 2_097_152)
    return await readOrgFile(text.toString(), path, (name, most) => readBytes(resolve(folder, name), most))
  } catch (error) {
    const mistakeAt = (at: Path, message: string) => ({ file: path, line: 1, column: 1, path: pathText(at), message })
    return { orgs: [], mistakes: [mistakeAt([], cannotRead(basename(path), error))], mistakeAt }
  }
}

/** An org file that a program made, as if it had been read. */
export function orgFileFrom(content: OrgFile, name: string): Promise<ReadOrgFile> {
  return readOrgFile(JSON.stringify(content), name, () =>
    Promise.reject(new Error('This org file stands beside none.')),
  )
}

/** Mistakes as they stand in the file, from top to bottom. */
export function inOrder(mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.toSorted((one, other) => one.line - other.line || one.column - other.column)
}

/** A path in words: `orgs[0].users[2].profile`. */
export function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}

function entryReader(yaml: YamlText, file: string, mistakes: Mistake[], readBeside: ReadBeside) {
  return { orgs, mistakeAt }

  function mistakeAt(path: Path, message: string): Mistake {
    return { file, ...yaml.placeOf(path), path: pathText(path), message }
  }

  async function orgs(value: unknown): Promise<readonly ListedOrg[]> {
    const found = fieldsOf(value)
    if (found === undefined) {
      mistakes.push(mistakeAt([], 'An org file has one field, “orgs”, with a list.'))
      return []
    }
    for (const name of Object.keys(found)) {
      if (name === 'orgs' || mistakes.length >= mostMistakes) continue
      const place = yaml.placeOfField([name])
      mistakes.push({ file, ...place, path: pathText([name]), message: 'An org file has one field, “orgs”.' })
    }
    const { orgs: list } = found
    if (!Array.isArray(list)) {
      mistakes.push(mistakeAt(['orgs'], 'An org file has a list of orgs: orgs: [ … ].'))
      return []
    }
    const read: ListedOrg[] = []
    for (const [number, item] of list.entries()) read.push(...(await org(item, ['orgs', number])))
    return read
  }

  async function org(value: unknown, path: Path): Promise<readonly ListedOrg[]> {
    return Promise.all(
      one(orgKind, value, path).map(async ({ entry }) => {
        const all = <Schema extends z.ZodType>(
          kind: EntryKind<Schema>,
          field: string,
          items: readonly unknown[] = [],
        ) => items.flatMap((item, number) => one(kind, item, [...path, field, number]))
        return {
          path,
          entry,
          profiles: all(profileKind, 'profiles', entry.profiles),
          permissionSets: all(permissionSetKind, 'permissionSets', entry.permissionSets),
          users: all(userKind, 'users', entry.users),
          certificates: await certificates(all(certificateKind, 'certificates', entry.certificates)),
          apps: [
            ...(await apps(all(connectedAppKind, 'connectedApps', entry.connectedApps))),
            ...(await externalApps(all(externalClientAppKind, 'externalClientApps', entry.externalClientApps))),
          ],
          customScopes: all(customScopeKind, 'customScopes', entry.customScopes),
          customPermissions: all(customPermissionKind, 'customPermissions', entry.customPermissions),
          samlSsoConfigs: await samlSsoConfigs(all(samlSsoConfigKind, 'samlSsoConfigs', entry.samlSsoConfigs)),
          authProviders: all(authProviderKind, 'authProviders', entry.authProviders),
          tokenExchangeHandlers: all(tokenExchangeHandlerKind, 'tokenExchangeHandlers', entry.tokenExchangeHandlers),
          externalCredentials: all(externalCredentialKind, 'externalCredentials', entry.externalCredentials),
          namedCredentials: all(namedCredentialKind, 'namedCredentials', entry.namedCredentials),
          objects: all(objectKind, 'objects', entry.objects),
          records: Object.entries(entry.records ?? {}).flatMap(([object, items]) =>
            items.flatMap((item, number) =>
              one(recordKind, item, [...path, 'records', object, number]).map((record) => ({ ...record, object })),
            ),
          ),
        }
      }),
    )
  }

  /** The entry in a list of its own, or none when it cannot be read. */
  function one<Schema extends z.ZodType>(
    kind: EntryKind<Schema>,
    value: unknown,
    path: Path,
  ): readonly Listed<z.output<Schema>>[] {
    const { entry, mistakes: found } = readEntry(kind, value, path)
    for (const { path: at, message, isOfField } of found) {
      if (mistakes.length >= mostMistakes) break
      const place = isOfField ? yaml.placeOfField(at) : yaml.placeOf(at)
      mistakes.push({ file, ...place, path: pathText(at), message })
    }
    return entry === undefined ? [] : [{ path, entry }]
  }

  function certificates(listed: readonly Listed<CertificateEntry>[]): Promise<readonly ListedCertificate[]> {
    return Promise.all(
      listed.map(async ({ path, entry }) => ({
        path,
        entry,
        certificate: await certificateText(entry, path),
        privateKey: await fileText(entry.privateKeyFile, [...path, 'privateKeyFile']),
      })),
    )
  }

  function apps(listed: readonly Listed<ConnectedAppEntry>[]): Promise<readonly ListedApp[]> {
    return Promise.all(listed.map(({ path, entry }) => withFiles({ path, entry, external: undefined }, 'oauthConfig')))
  }

  function externalApps(listed: readonly Listed<ExternalClientAppEntry>[]): Promise<readonly ListedApp[]> {
    return Promise.all(
      listed.map(({ path, entry }) => {
        const problem = refreshTokenPolicyProblem(entry.oauthPolicies ?? {})
        if (problem !== undefined)
          mistakes.push(mistakeAt([...path, 'oauthPolicies', 'refreshTokenPolicyType'], problem))
        return withFiles({ path, ...connectedEntryOf(entry) }, 'globalOauthSettings')
      }),
    )
  }

  /** @param certificateIn the section in which its certificate stands */
  async function withFiles(
    app: Pick<ListedApp, 'path' | 'entry' | 'external'>,
    certificateIn: string,
  ): Promise<ListedApp> {
    const { path, entry } = app
    return {
      ...app,
      certificate: await certificateText(entry.oauthConfig, [...path, certificateIn]),
      samlCertificate: await certificateText(entry.samlConfig ?? {}, [...path, 'samlConfig']),
      mobileFiles: await mobileFiles(entry.mobileAppConfig ?? {}, [...path, 'mobileAppConfig']),
    }
  }

  async function mobileFiles(config: MobileAppEntry, path: Path): Promise<ListedApp['mobileFiles']> {
    const files: Partial<Record<(typeof mobileFileFields)[number], EnteredMobileFile>> = {}
    for (const field of mobileFileFields) {
      const file = await mobileFile(field, config, path)
      if (file !== undefined) files[field] = file
    }
    const length = config.applicationFileLength
    const { applicationBinaryFile: binary } = files
    const found = binary === undefined || binary === 'none' ? undefined : binary.bytes?.length
    if (length !== undefined && found !== undefined && length !== found) {
      mistakes.push(mistakeAt([...path, 'applicationFileLength'], `The file has ${found} bytes.`))
    }
    return files
  }

  /** The file as it stands there, or the one of that name beside the org file; without either, the one that is held. */
  async function mobileFile(
    field: (typeof mobileFileFields)[number],
    config: MobileAppEntry,
    path: Path,
  ): Promise<EnteredMobileFile | undefined> {
    const { [field]: given, [`${field}Name` as const]: name } = config
    if (name === undefined) {
      if (given !== undefined) mistakes.push(mistakeAt([...path, field], `Give its name, too: ${field}Name.`))
      return undefined
    }
    if (name === '') return 'none'
    if (given !== undefined) return { fileName: name, bytes: Buffer.from(given, 'base64') }
    return { fileName: basename(name), bytes: await fileIfThere(name, [...path, `${field}Name`]) }
  }

  function samlSsoConfigs(listed: readonly Listed<SamlSsoConfigEntry>[]): Promise<readonly ListedSamlSsoConfig[]> {
    return Promise.all(
      listed.map(async ({ path, entry }) => {
        const { validationCert, validationCertFile } = entry
        if (validationCert !== undefined && validationCertFile !== undefined) {
          const message = 'Give either the certificate or the file it is in.'
          mistakes.push(mistakeAt([...path, 'validationCertFile'], message))
        }
        const certificate =
          validationCert ?? (await certificateFile(validationCertFile, [...path, 'validationCertFile']))
        return { path, entry, certificate }
      }),
    )
  }

  async function certificateText(
    { certificate, certificateFile: file }: Pick<CertificateEntry, 'certificate' | 'certificateFile'>,
    path: Path,
  ): Promise<string | undefined> {
    if (certificate === undefined) return certificateFile(file, [...path, 'certificateFile'])
    if (file !== undefined) {
      mistakes.push(mistakeAt([...path, 'certificateFile'], 'Give either the certificate or the file it is in.'))
    }
    return certificate
  }

  function certificateFile(name: string | undefined, path: Path): Promise<string | undefined> {
    return fileText(name, path, certificateFileText)
  }

  async function fileText(
    name: string | undefined,
    path: Path,
    textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString(),
  ): Promise<string | undefined> {
    if (name === undefined) return undefined
    try {
      return textOf(await readBeside(name, largestText))
    } catch (error) {
      mistakes.push(mistakeAt(path, cannotRead(name, error)))
      return undefined
    }
  }

  async function fileIfThere(name: string, path: Path): Promise<Uint8Array | undefined> {
    try {
      return await readBeside(name, largestBinary)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') mistakes.push(mistakeAt(path, cannotRead(name, error)))
      return undefined
    }
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.fromEntries(Object.entries(value))
}

async function readBytes(path: string, most: number): Promise<Buffer> {
  // Without waiting for a writer, should somebody name a pipe.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const { size } = await file.stat().then((stat) => {
      if (!stat.isFile()) throw new Error('it is no file')
      return stat
    })
    if (size > most) throw new Error(`it is longer than ${most} bytes`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

const readingErrors = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EACCES', 'it may not be read by this user'],
  ['EISDIR', 'it is a folder'],
  ['ERR_INVALID_ARG_VALUE', 'this is no name of a file'],
])

function cannotRead(name: string, error: unknown): string {
  const reason = readingErrors.get(codeOf(error)) ?? (error instanceof Error ? error.message : String(error))
  return `“${name}” cannot be read: ${reason}.`
}
