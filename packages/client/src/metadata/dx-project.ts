import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type CredentialSecrets, secretsOf } from '../credential-secrets.ts'
import type { ExternalCredential } from '../external-credential.ts'
import type { NamedCredential } from '../named-credential.ts'
import { MetadataError } from './metadata-error.ts'
import { readExternalCredential } from './read-external-credential.ts'
import { readNamedCredential } from './read-named-credential.ts'
import { readXml } from './xml.ts'

/** What a project or an org file says of credentials. */
export interface CredentialMetadata {
  readonly namedCredentials: readonly NamedCredential[]
  readonly externalCredentials: readonly ExternalCredential[]
  /** What stood in the metadata although it is secret. */
  readonly secrets: CredentialSecrets
}

const skipped = new Set(['node_modules', '.git', '.sf', '.sfdx'])
const mostFolders = 20_000

/**
 * Reads every named and external credential of a DX project: `namedCredentials/*.namedCredential-meta.xml` and
 * `externalCredentials/*.externalCredential-meta.xml` in any folder of it, and the same without `-meta.xml` in the metadata
 * format.
 * @throws {MetadataError} with the file and the path in it, for whatever in a file is wrong
 */
export async function readDxProject(folder: string): Promise<CredentialMetadata> {
  const files = await filesBelow(folder)
  const namedCredentials: NamedCredential[] = []
  const externalCredentials: ExternalCredential[] = []
  const secrets: Record<string, Readonly<Record<string, string>>> = {}
  for (const file of files) {
    const named = nameOf(file, 'namedCredential')
    if (named !== undefined) {
      const reading = readNamedCredentialXml(await readFile(file, 'utf8'), named, file)
      namedCredentials.push(reading.credential)
      if (Object.keys(reading.secrets).length > 0) secrets[named] = reading.secrets
    }
    const external = nameOf(file, 'externalCredential')
    if (external !== undefined) {
      externalCredentials.push(readExternalCredentialXml(await readFile(file, 'utf8'), external, file))
    }
  }
  return { namedCredentials, externalCredentials, secrets: secretsOf(secrets) }
}

/** Reads one file of the type NamedCredential.
 *  @throws {MetadataError} */
export function readNamedCredentialXml(text: string, name: string, file: string) {
  return readNamedCredential(readXml(text, file, 'NamedCredential'), name, { file, path: 'NamedCredential' })
}

/** Reads one file of the type ExternalCredential.
 *  @throws {MetadataError} */
export function readExternalCredentialXml(text: string, name: string, file: string): ExternalCredential {
  return readExternalCredential(readXml(text, file, 'ExternalCredential'), name, { file, path: 'ExternalCredential' })
}

function nameOf(file: string, type: string): string | undefined {
  const name = basename(file)
  for (const ending of [`.${type}-meta.xml`, `.${type}`])
    if (name.endsWith(ending)) return name.slice(0, -ending.length)
  return undefined
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const files: string[] = []
  const folders = [folder]
  for (let at = 0; at < folders.length; at++) {
    const current = folders[at] ?? folder
    if (at > mostFolders)
      throw new MetadataError({ file: folder, path: '' }, 'There are too many folders to be a project.')
    for (const entry of await readdir(current, { withFileTypes: true })) {
      if (entry.isDirectory() && !skipped.has(entry.name)) folders.push(join(current, entry.name))
      else if (entry.isFile()) files.push(join(current, entry.name))
    }
  }
  return files.sort()
}
