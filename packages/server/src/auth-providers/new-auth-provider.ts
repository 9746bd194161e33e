import { apiNameProblem } from '../api-name.ts'
import type { Clock } from '../clock.ts'
import { lineProblem, requiredLineProblem, trimmed } from '../entered-text.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import type { Seal } from '../seal.ts'
import { type AuthProvider, type AuthProviderStore, providerSecretPurpose, userMatchings } from './auth-provider.ts'
import { type ProviderRules, providerUrlProblem } from './provider-url.ts'

/** What is entered of a provider, by the names of the metadata type. What is left out stays; an empty text clears. */
export interface EnteredAuthProvider {
  readonly friendlyName?: string
  readonly consumerKey?: string
  /** In the clear. */
  readonly consumerSecret?: string
  readonly authorizeUrl?: string
  readonly tokenUrl?: string
  readonly userInfoUrl?: string
  readonly idTokenIssuer?: string
  readonly defaultScopes?: string
  readonly sendClientCredentialsInHeader?: boolean
  readonly isPkceEnabled?: boolean
  readonly requireMfa?: boolean
  readonly userMatching?: string
}

/** A provider to be made. */
export interface NewAuthProvider extends EnteredAuthProvider {
  readonly developerName: string
}

interface ChangeNeeds {
  readonly authProviders: Pick<AuthProviderStore, 'update'>
  readonly seal: Pick<Seal, 'close'>
  readonly rules: ProviderRules
  readonly now: Clock
}

interface Needs extends Omit<ChangeNeeds, 'authProviders'> {
  readonly authProviders: Pick<AuthProviderStore, 'findByName' | 'add'>
  readonly newId: (kind: RecordKind) => string
}

/** Makes a provider of an org. Problems carry the names of {@link NewAuthProvider}. */
export async function newAuthProvider(
  needs: Needs,
  org: { readonly id: string },
  { developerName, ...entered }: NewAuthProvider,
): Promise<Outcome<AuthProvider>> {
  const now = needs.now()
  const problems: Problem[] = []
  const message = apiNameProblem(developerName)
  if (message !== undefined) problems.push({ field: 'developerName', message })
  else if ((await needs.authProviders.findByName(org.id, developerName)) !== undefined) {
    problems.push({ field: 'developerName', message: `This org has a provider “${developerName}” already.` })
  }
  const read = readEntered(needs, { friendlyName: developerName.replaceAll('_', ' '), ...entered }, undefined)
  if (!read.ok || problems.length > 0) return refused(...problems, ...(read.ok ? [] : read.problems))
  const about = { id: needs.newId('authProvider'), orgId: org.id, developerName }
  const provider: AuthProvider = { ...about, ...read.value, createdAt: now, modifiedAt: now }
  await needs.authProviders.add(provider)
  return done(provider)
}

/** Changes what was entered of a provider and leaves the rest. */
export async function changeAuthProvider(
  needs: ChangeNeeds,
  provider: AuthProvider,
  entered: EnteredAuthProvider,
): Promise<Outcome<AuthProvider>> {
  const changed = authProviderWith(needs, provider, entered)
  if (changed.ok) await needs.authProviders.update(changed.value)
  return changed
}

/** The provider with what was entered put in. Nothing is written. */
export function authProviderWith(
  needs: Omit<ChangeNeeds, 'authProviders'>,
  provider: AuthProvider,
  entered: EnteredAuthProvider,
): Outcome<AuthProvider> {
  const read = readEntered(needs, entered, provider)
  return read.ok ? done({ ...provider, ...read.value, modifiedAt: needs.now() }) : read
}

type Settings = Omit<AuthProvider, 'id' | 'orgId' | 'developerName' | 'createdAt' | 'modifiedAt'>

function readEntered(
  { seal, rules }: Pick<ChangeNeeds, 'seal' | 'rules'>,
  entered: EnteredAuthProvider,
  before: AuthProvider | undefined,
): Outcome<Settings> {
  const problems: Problem[] = []
  const report = (field: keyof EnteredAuthProvider, message: string | undefined) => {
    if (message !== undefined) problems.push({ field, message })
  }
  const line = (field: 'friendlyName' | 'consumerKey', most: number): string => {
    const value = trimmed(entered[field] ?? before?.[field])
    report(field, requiredLineProblem(value, most))
    return value ?? ''
  }
  const address = (field: 'authorizeUrl' | 'tokenUrl' | 'userInfoUrl' | 'idTokenIssuer', isRequired: boolean) => {
    const value = trimmed(entered[field] ?? before?.[field])
    if (value !== undefined) report(field, providerUrlProblem(value, rules))
    else if (isRequired) report(field, 'Enter a value.')
    return value
  }
  const friendlyName = line('friendlyName', 80)
  const consumerKey = line('consumerKey', 256)
  const authorizeUrl = address('authorizeUrl', true) ?? ''
  const tokenUrl = address('tokenUrl', true) ?? ''
  const userInfoUrl = address('userInfoUrl', false)
  const idTokenIssuer = address('idTokenIssuer', false)
  if (userInfoUrl === undefined && idTokenIssuer === undefined) {
    report(
      'idTokenIssuer',
      'Enter an issuer of ID tokens, or a User Info URL: without either nobody can be recognized.',
    )
  }
  const defaultScopes = trimmed(entered.defaultScopes ?? before?.defaultScopes) ?? 'openid'
  report('defaultScopes', scopesProblem(defaultScopes, idTokenIssuer))
  const userMatching = userMatchings.find(
    (name) => name === (entered.userMatching ?? before?.userMatching ?? 'LinkedOnly'),
  )
  if (userMatching === undefined) report('userMatching', `Enter ${userMatchings.join(', ')}.`)
  const secret = trimmed(entered.consumerSecret)
  if (secret !== undefined) report('consumerSecret', lineProblem(secret, 1024))
  const sealedSecret =
    entered.consumerSecret === undefined
      ? before?.sealedSecret
      : secret === undefined
        ? undefined
        : seal.close(secret, providerSecretPurpose)
  const isPkceEnabled = entered.isPkceEnabled ?? before?.isPkceEnabled ?? true
  if (sealedSecret === undefined && !isPkceEnabled) {
    report('isPkceEnabled', 'A client without a secret needs PKCE: nothing else would tie the code to it.')
  }
  if (problems.length > 0 || userMatching === undefined) return refused(...problems)
  return done({
    friendlyName,
    consumerKey,
    sealedSecret,
    authorizeUrl,
    tokenUrl,
    userInfoUrl,
    idTokenIssuer,
    defaultScopes,
    sendClientCredentialsInHeader:
      entered.sendClientCredentialsInHeader ?? before?.sendClientCredentialsInHeader ?? false,
    isPkceEnabled,
    requireMfa: entered.requireMfa ?? before?.requireMfa ?? false,
    userMatching,
  })
}

function scopesProblem(scopes: string, idTokenIssuer: string | undefined): string | undefined {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scopes) || scopes.length > 1024) {
    return 'Enter scopes with one space between them, such as openid email.'
  }
  const asksIdToken = scopes.split(' ').includes('openid')
  return idTokenIssuer !== undefined && !asksIdToken ? 'Without openid no provider sends an ID token.' : undefined
}
