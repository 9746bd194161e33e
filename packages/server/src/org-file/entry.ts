import { z } from 'zod'
import { didYouMean } from '../closest-name.ts'
import { customField } from '../rest/custom-object.ts'
import { connectedAppEntry, externalClientAppEntry } from './app-schemas.ts'
import * as entries from './org-file.ts'
import { excerpt, type Path } from './yaml-text.ts'

/** A kind of thing that an org file lists: how it is read, and what people call it. */
export interface EntryKind<Schema extends z.ZodType> {
  readonly noun: string
  readonly schema: Schema
  /** The sections it has, by their path without numbers; the thing itself is the empty one. */
  readonly sections: Readonly<Record<string, Section>>
}

interface Section {
  readonly fields: readonly string[]
  /** What Salesforce's metadata has there and this version does not support. */
  readonly notYet: readonly string[]
}

/** Something wrong with an entry. `isOfField`: about the field's name rather than its value. */
export interface EntryMistake {
  readonly path: Path
  readonly message: string
  readonly isOfField: boolean
}

/** What reading an entry came to: the entry, if enough of it can be read, and everything that is wrong with it. */
export interface EntryReading<Entry> {
  readonly entry: Entry | undefined
  readonly mistakes: readonly EntryMistake[]
}

// More than anybody reads at once.
const most = 100

/**
 * Reads one entry. Fields that are wrong are reported and left out, or left empty where there must be one, so that the
 * rest can still be checked: a person is told of everything at once.
 */
export function readEntry<Schema extends z.ZodType>(
  kind: EntryKind<Schema>,
  value: unknown,
  path: Path,
): EntryReading<z.output<Schema>> {
  const first = kind.schema.safeParse(value, { error: wordsOf })
  if (first.success) return { entry: first.data, mistakes: [] }
  const wrong = first.error.issues.flatMap(wrongFields)
  const mistakes = wrong.slice(0, most).flatMap((field) => mistakesOf(kind, field, value, path))
  // With this much wrong, the rest would tell nobody anything.
  if (wrong.length > most) return { entry: undefined, mistakes }
  const rest = wrong.reduce<unknown>((left, { path: at }) => without(left, at), value)
  const second = kind.schema.safeParse(rest)
  if (second.success) return { entry: second.data, mistakes }
  const filled = second.error.issues.reduce<unknown>((left, issue) => withEmptyText(left, issue.path), rest)
  const third = kind.schema.safeParse(filled)
  return { entry: third.success ? third.data : undefined, mistakes }
}

/** A field that is wrong: where in its entry; in words, unless there should be no such field at all. */
interface WrongField {
  readonly path: Path
  readonly message: string | undefined
}

function wrongFields(issue: z.core.$ZodIssue): readonly WrongField[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, key], message: undefined }))
}

function mistakesOf(
  kind: EntryKind<z.ZodType>,
  { path: steps, message: problem }: WrongField,
  value: unknown,
  path: Path,
): readonly EntryMistake[] {
  const at = [...path, ...steps]
  const name = String(steps.at(-1) ?? kind.noun)
  if (problem !== undefined) {
    const isMissing = valueAt(value, steps) === undefined
    return [{ path: at, message: isMissing ? `“${name}” is missing.` : problem, isOfField: false }]
  }
  const outer = steps.slice(0, -1)
  const section = kind.sections[outer.filter((step) => typeof step === 'string').join('.')]
  const isKnown = section?.notYet.includes(name) ?? false
  // A retrieved file names what is switched off, too: that asks for nothing.
  if (isKnown && isOff(valueAt(value, steps))) return []
  const message = isKnown
    ? `“${name}” is known to Salesforce, but not supported by this version.`
    : `${nounOf(kind, outer)} has no field “${excerpt(name)}”.${didYouMean(name, section?.fields ?? [])}`
  return [{ path: at, message, isOfField: true }]
}

function nounOf(kind: EntryKind<z.ZodType>, steps: Path): string {
  const section = steps.findLast((step) => typeof step === 'string')
  const thing = `a ${kind.noun}`.replace(/^a (?=[aeiou])/, 'an ')
  return section === undefined ? thing.replace(/^a/, 'A') : `“${section}” of ${thing}`
}

function isOff(value: unknown): boolean {
  return value === false || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Object.entries(found).find(([key]) => key === String(step))?.[1]
  }
  return found
}

/** A copy without the field at a path; where the path leads into a list, without the list. */
function without(value: unknown, path: Path): unknown {
  const [step, ...rest] = path
  if (typeof value !== 'object' || value === null || Array.isArray(value) || typeof step !== 'string') return value
  const isLast = rest.length === 0 || typeof rest[0] === 'number'
  const fields = Object.entries(value).flatMap(([key, field]) => {
    if (key !== step) return [[key, field] as const]
    return isLast ? [] : [[key, without(field, rest)] as const]
  })
  return Object.fromEntries(fields)
}

/** A copy with an empty text at a path. */
function withEmptyText(value: unknown, [step, ...rest]: readonly PropertyKey[]): unknown {
  if (typeof step !== 'string' || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const fields = Object.fromEntries(Object.entries(value))
  return { ...fields, [step]: rest.length === 0 ? '' : withEmptyText(fields[step], rest) }
}

const kindsOfValue: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'fields',
  record: 'fields',
}

function wordsOf(issue: z.core.$ZodRawIssue): string {
  const { input } = issue
  if (input === null) return 'There is no value. Give one, or leave the field out.'
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String)
    const guess = typeof input === 'string' ? didYouMean(input, values) : ''
    return `Choose ${values.length === 1 ? '' : 'one of '}${values.join(', ')}.${guess}`
  }
  if (issue.code !== 'invalid_type') return issue.message ?? 'This cannot be read.'
  const expected = kindsOfValue[issue.expected] ?? issue.expected
  // Not repeated: it may be a password of digits only.
  if (issue.expected === 'string' && typeof input !== 'object') return 'Give text: put quotes around it.'
  const found = kindsOfValue[Array.isArray(input) ? 'array' : typeof input] ?? typeof input
  return `Give ${expected}, not ${found}.`
}

function sectionOf(schema: z.ZodObject, notYet: readonly string[] = []): Section {
  return { fields: Object.keys(schema.shape), notYet }
}

function inner(schema: z.ZodObject, name: string): z.ZodObject {
  let found: unknown = schema.shape[name]
  while (!(found instanceof z.ZodObject)) {
    if (found instanceof z.ZodExactOptional || found instanceof z.ZodDefault) found = found.unwrap()
    else if (found instanceof z.ZodArray) found = found.unwrap()
    else throw new Error(`“${name}” has no fields of its own.`)
  }
  return found
}

const app = connectedAppEntry
const orgSettings = inner(entries.orgEntry, 'settings')
const oauthConfig = inner(app, 'oauthConfig')

/** An org's own fields. */
export const orgKind = {
  noun: 'org',
  schema: entries.orgEntry,
  sections: {
    '': sectionOf(entries.orgEntry),
    settings: sectionOf(orgSettings),
    'settings.identityProviderSettings': sectionOf(inner(orgSettings, 'identityProviderSettings')),
  },
} satisfies EntryKind<z.ZodType>

const notYetOfObjects = ['modifyAllRecords', 'viewAllFields', 'viewAllRecords']

/** A profile. */
export const profileKind = {
  noun: 'profile',
  schema: entries.profileEntry,
  sections: {
    '': sectionOf(entries.profileEntry),
    loginIpRanges: sectionOf(inner(entries.profileEntry, 'loginIpRanges')),
    loginHours: sectionOf(inner(entries.profileEntry, 'loginHours')),
    objectPermissions: sectionOf(inner(entries.profileEntry, 'objectPermissions'), notYetOfObjects),
  },
} satisfies EntryKind<z.ZodType>

/** A permission set. */
export const permissionSetKind = {
  noun: 'permission set',
  schema: entries.permissionSetEntry,
  sections: {
    '': sectionOf(entries.permissionSetEntry),
    objectPermissions: sectionOf(inner(entries.permissionSetEntry, 'objectPermissions'), notYetOfObjects),
  },
} satisfies EntryKind<z.ZodType>

/** A scope of the org's own. */
export const customScopeKind = {
  noun: 'custom scope',
  schema: entries.customScopeEntry,
  sections: { '': sectionOf(entries.customScopeEntry) },
} satisfies EntryKind<z.ZodType>

/** A permission of the org's own. */
export const customPermissionKind = {
  noun: 'custom permission',
  schema: entries.customPermissionEntry,
  sections: { '': sectionOf(entries.customPermissionEntry, ['isLicensed', 'requiredPermission']) },
} satisfies EntryKind<z.ZodType>

/** A user. */
export const userKind = {
  noun: 'user',
  schema: entries.userEntry,
  sections: { '': sectionOf(entries.userEntry) },
} satisfies EntryKind<z.ZodType>

/** A certificate. */
export const certificateKind = {
  noun: 'certificate',
  schema: entries.certificateEntry,
  sections: { '': sectionOf(entries.certificateEntry) },
} satisfies EntryKind<z.ZodType>

/** A connected app: what Salesforce's metadata has besides is known by name. */
export const connectedAppKind = {
  noun: 'connected app',
  schema: app,
  sections: {
    '': sectionOf(app),
    oauthConfig: sectionOf(oauthConfig),
    'oauthConfig.assetTokenConfig': sectionOf(inner(oauthConfig, 'assetTokenConfig')),
    'oauthConfig.idTokenConfig': sectionOf(inner(oauthConfig, 'idTokenConfig')),
    attributes: sectionOf(inner(app, 'attributes')),
    oauthPolicy: sectionOf(inner(app, 'oauthPolicy')),
    sessionPolicy: sectionOf(inner(app, 'sessionPolicy')),
    ipRanges: sectionOf(inner(app, 'ipRanges')),
    mobileAppConfig: sectionOf(inner(app, 'mobileAppConfig')),
    canvasConfig: sectionOf(inner(app, 'canvasConfig')),
    samlConfig: sectionOf(inner(app, 'samlConfig'), ['oauthAssertion']),
    pushMessaging: sectionOf(inner(app, 'pushMessaging')),
    appMenu: sectionOf(inner(app, 'appMenu')),
  },
} satisfies EntryKind<z.ZodType>

const external = externalClientAppEntry
const globalOauthSettings = inner(external, 'globalOauthSettings')
const oauthSettings = inner(external, 'oauthSettings')

/** An external client app: what Salesforce's metadata has besides is known by name. */
export const externalClientAppKind = {
  noun: 'external client app',
  schema: external,
  sections: {
    '': sectionOf(external, ['isProtected', 'managedType', 'orgScopedExternalApp']),
    globalOauthSettings: sectionOf(globalOauthSettings, ['shouldRotateConsumerKey', 'shouldRotateConsumerSecret']),
    'globalOauthSettings.idTokenConfig': sectionOf(inner(globalOauthSettings, 'idTokenConfig')),
    oauthSettings: sectionOf(oauthSettings, ['clientAssertionCertificate', 'isFirstPartyAppEnabled', 'oauthLink']),
    'oauthSettings.customAttributes': sectionOf(inner(oauthSettings, 'customAttributes')),
    'oauthSettings.trustedIpRanges': sectionOf(inner(oauthSettings, 'trustedIpRanges')),
    policies: sectionOf(inner(external, 'policies'), [
      'isCanvasPluginEnabled',
      'isMobilePluginEnabled',
      'isNotificationPluginEnabled',
      'isPushPluginEnabled',
      'isSamlPluginEnabled',
    ]),
    oauthPolicies: sectionOf(inner(external, 'oauthPolicies'), [
      'commaSeparatedCustomScopes',
      'guestJwtTimeout',
      'isGuestCodeCredFlowEnabled',
    ]),
    mobileAppConfig: connectedAppKind.sections.mobileAppConfig,
    canvasConfig: connectedAppKind.sections.canvasConfig,
    samlConfig: connectedAppKind.sections.samlConfig,
    pushMessaging: connectedAppKind.sections.pushMessaging,
    appMenu: connectedAppKind.sections.appMenu,
  },
} satisfies EntryKind<z.ZodType>

const notYetOfCredentials = [
  'awsAccessKey',
  'awsAccessSecret',
  'awsRegion',
  'awsService',
  'oauthToken',
  'oauthRefreshToken',
  'outboundNetworkConnection',
]

/** A named credential. */
export const namedCredentialKind = {
  noun: 'named credential',
  schema: entries.namedCredentialEntry,
  sections: {
    '': sectionOf(entries.namedCredentialEntry, notYetOfCredentials),
    namedCredentialParameters: sectionOf(inner(entries.namedCredentialEntry, 'namedCredentialParameters'), [
      'outboundNetworkConnection',
    ]),
  },
} satisfies EntryKind<z.ZodType>

/** An external credential. */
export const externalCredentialKind = {
  noun: 'external credential',
  schema: entries.externalCredentialEntry,
  sections: {
    '': sectionOf(entries.externalCredentialEntry),
    externalCredentialParameters: sectionOf(inner(entries.externalCredentialEntry, 'externalCredentialParameters')),
  },
} satisfies EntryKind<z.ZodType>

/** An identity provider: what Salesforce's metadata has besides is known by name. */
export const samlSsoConfigKind = {
  noun: 'SAML single sign-on setting',
  schema: entries.samlSsoConfigEntry,
  sections: {
    '': sectionOf(entries.samlSsoConfigEntry, [
      'attributeNameIdFormat',
      'errorUrl',
      'oauthTokenEndpoint',
      'salesforceLoginUrl',
    ]),
  },
} satisfies EntryKind<z.ZodType>

/** An auth. provider: what Salesforce's metadata has besides is known by name. */
export const authProviderKind = {
  noun: 'auth. provider',
  schema: entries.authProviderEntry,
  sections: {
    '': sectionOf(entries.authProviderEntry, [
      'customMetadataTypeRecord',
      'errorUrl',
      'executionUser',
      'flow',
      'iconUrl',
      'includeOrgIdInIdentifier',
      'logoutUrl',
      'paramForwardAllowlist',
      'plugin',
      'registrationHandler',
      'sendAccessTokenInHeader',
      'sendSecretInApis',
    ]),
  },
} satisfies EntryKind<z.ZodType>

/** A token exchange handler. */
export const tokenExchangeHandlerKind = {
  noun: 'token exchange handler',
  schema: entries.tokenExchangeHandlerEntry,
  sections: {
    '': sectionOf(entries.tokenExchangeHandlerEntry),
    enablements: sectionOf(inner(entries.tokenExchangeHandlerEntry, 'enablements')),
  },
} satisfies EntryKind<z.ZodType>

/** An object of the org's own. */
export const objectKind = {
  noun: 'object',
  schema: entries.objectEntry,
  sections: {
    '': {
      fields: Object.keys(entries.objectEntry.shape),
      notYet: ['deploymentStatus', 'description', 'enableActivities', 'enableHistory', 'enableReports', 'sharingModel'],
    },
    fields: {
      fields: Object.keys(customField.shape),
      notYet: [
        'caseSensitive',
        'deleteConstraint',
        'description',
        'formula',
        'inlineHelpText',
        'trackHistory',
        'valueSet',
      ],
    },
    nameField: { fields: ['label', 'type'], notYet: ['displayFormat'] },
  },
} satisfies EntryKind<z.ZodType>

/** A record of an object. */
export const recordKind = { noun: 'record', schema: entries.recordEntry, sections: {} } satisfies EntryKind<z.ZodType>
