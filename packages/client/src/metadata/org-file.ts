import { secretsOf } from '../credential-secrets.ts'
import type { CredentialMetadata } from './dx-project.ts'
import { readFields } from './fields.ts'
import { MetadataError } from './metadata-error.ts'
import { readExternalCredential } from './read-external-credential.ts'
import { readNamedCredential } from './read-named-credential.ts'

/**
 * Reads the `namedCredentials` and `externalCredentials` of one org of an org file, which whoever calls has parsed (YAML or
 * JSON). Fields have the names of the metadata types, and `fullName` is the developer name.
 * @param org the object of the org, whose other fields are not looked at
 * @param path where it stands, such as `orgs[0]`
 * @throws {MetadataError} with the file and the path in it, for whatever is wrong
 */
export function readOrgFileCredentials(org: unknown, file: string, path: string): CredentialMetadata {
  const named = entriesOf(org, 'namedCredentials', file, path).map((entry) => {
    const reading = readNamedCredential(entry.value, entry.name, entry.place)
    return { name: entry.name, ...reading }
  })
  return {
    namedCredentials: named.map((reading) => reading.credential),
    externalCredentials: entriesOf(org, 'externalCredentials', file, path).map((entry) =>
      readExternalCredential(entry.value, entry.name, entry.place),
    ),
    secrets: secretsOf(Object.fromEntries(named.map(({ name, secrets }) => [name, secrets]))),
  }
}

function entriesOf(org: unknown, section: string, file: string, path: string) {
  const values = typeof org === 'object' && org !== null ? Object.entries(org) : []
  const entries: unknown = values.find(([name]) => name === section)?.[1] ?? []
  if (!Array.isArray(entries)) throw new MetadataError({ file, path: `${path}.${section}` }, 'Give a list.')
  return entries.map((value: unknown, at) => {
    const place = { file, path: `${path}.${section}[${at}]` }
    const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
    const name = readFields(value, place, { read: names }).requiredText('fullName')
    return { name, place, value }
  })
}
