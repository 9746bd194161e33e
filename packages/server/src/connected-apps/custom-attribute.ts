import { lineProblem, trimmed } from '../entered-text.ts'
import type { Org } from '../orgs/org.ts'
import type { Problem } from '../problem.ts'
import type { Profile } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import { type FieldValues, type KnownFields, readFormula } from './formula/formula.ts'
import { type Value, write } from './formula/values.ts'

/** Something more that an app learns of a user: a formula over the user and their org, by a key (*Custom Attributes*). */
export interface CustomAttribute {
  readonly key: string
  readonly formula: string
}

/** Whom formulas are about. */
export interface AttributeSubject {
  readonly user: User
  readonly org: Org
  readonly profile: Profile | undefined
  /** The custom permissions that the user has, by their API names. */
  readonly permissions: ReadonlySet<string>
}

/** What a merge field gives of its subject. */
type Merge = Readonly<Record<string, (subject: AttributeSubject) => Value>>

const mergeFields = {
  User: {
    Id: ({ user }) => user.id,
    Username: ({ user }) => user.username,
    Email: ({ user }) => user.email,
    FirstName: ({ user }) => user.firstName ?? null,
    LastName: ({ user }) => user.lastName,
    FederationIdentifier: ({ user }) => user.federationId ?? null,
    CommunityNickname: ({ user }) => user.nickname,
    Alias: ({ user }) => `${user.firstName?.slice(0, 1) ?? ''}${user.lastName.slice(0, 4)}`,
    Country: ({ user }) => user.country ?? null,
    MobilePhone: ({ user }) => user.mobilePhone ?? null,
    ProfileId: ({ user }) => user.profileId,
    IsActive: ({ user }) => user.isActive,
    TimeZoneSidKey: ({ user }) => user.timeZone,
    LocaleSidKey: ({ user }) => user.locale,
    LanguageLocaleKey: ({ user }) => user.language,
  },
  Organization: {
    Id: ({ org }) => org.id,
    Name: ({ org }) => org.name,
    IsSandbox: ({ org }) => org.type !== 'production',
  },
  Profile: {
    Id: ({ user }) => user.profileId,
    Name: ({ profile }) => profile?.name ?? null,
  },
} as const satisfies Readonly<Record<string, Merge>>

/** The merge fields there are, by their objects. Which custom permissions there are is the org's affair. */
export const attributeFields: KnownFields = {
  ...Object.fromEntries(Object.entries(mergeFields).map(([object, fields]) => [object, Object.keys(fields)])),
  Permission: 'any',
}

const byName = new Map(
  Object.entries(mergeFields).flatMap(([object, fields]) =>
    Object.entries<(subject: AttributeSubject) => Value>(fields).map(
      ([name, value]) => [`${object}.${name}`.toLowerCase(), value] as const,
    ),
  ),
)

const mostAttributes = 128

/** What is wrong with the attributes of an app, one by one. */
export function attributeProblems(attributes: readonly CustomAttribute[]): readonly Problem[] {
  if (attributes.length > mostAttributes) {
    return [{ field: 'attributes', message: `An app has at most ${mostAttributes} custom attributes.` }]
  }
  return attributes.flatMap(({ key, formula }, item) => {
    const isRepeated = attributes.findIndex((one) => one.key === key) < item
    const reading = readFormula(formula, attributeFields)
    const problems = [
      keyProblem(key) ?? (isRepeated ? `There is an attribute “${key}” already.` : undefined),
      reading.ok ? undefined : `The formula of “${key}”: ${reading.problem}`,
    ]
    return problems
      .filter((message) => message !== undefined)
      .map((message) => ({ field: 'attributes', item, message }))
  })
}

function keyProblem(key: string): string | undefined {
  if (trimmed(key) !== key) return 'Enter a key, without blanks around it.'
  return lineProblem(key, 80)
}

/** The values of an app's attributes for somebody, as identity documents have them: texts, by key. */
export function attributeValues(
  attributes: readonly CustomAttribute[],
  subject: AttributeSubject,
): Readonly<Record<string, string>> {
  const permissions = new Set([...subject.permissions].map((name) => name.toLowerCase()))
  const fields: FieldValues = (object, field) =>
    object === 'permission' ? permissions.has(field) : (byName.get(`${object}.${field}`)?.(subject) ?? null)
  return Object.fromEntries(
    attributes.map(({ key, formula }) => {
      const reading = readFormula(formula, attributeFields)
      return [key, reading.ok ? write(reading.formula.evaluate(fields)) : '']
    }),
  )
}

/** Reads a line `key = formula`; what has no `=` is a key without a formula. */
export function readAttributeLine(line: string): CustomAttribute {
  const mark = line.indexOf('=')
  if (mark < 0) return { key: line.trim(), formula: '' }
  return { key: line.slice(0, mark).trim(), formula: line.slice(mark + 1).trim() }
}

/** An attribute as a line that can be read again. */
export function writeAttributeLine({ key, formula }: CustomAttribute): string {
  return `${key} = ${formula.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`
}
