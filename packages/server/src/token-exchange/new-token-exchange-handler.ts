import { apiNameProblem } from '../api-name.ts'
import type { Clock } from '../clock.ts'
import { didYouMean } from '../closest-name.ts'
import type { ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { requiredLineProblem, trimmed } from '../entered-text.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { canonicalUsername, type UserStore } from '../users/user.ts'
import { incomingTokenTypes } from './handler.ts'
import type { HandlerEnablement, TokenExchangeHandler, TokenExchangeHandlerStore } from './token-exchange-handler.ts'

/** That an app may use a handler, by names. */
export interface EnteredEnablement {
  /** API name of an app of the org. */
  readonly connectedApp: string
  /** Username of a user of the org. */
  readonly apexExecutionUser: string
  readonly isDefault: boolean
}

/** What an admin enters of a handler. A field left out stays as it is, or gets its default. */
export interface EnteredHandler {
  readonly masterLabel?: string
  readonly description?: string
  /** The name of its module. */
  readonly tokenHandlerApex?: string
  readonly isAccessTokenSupported?: boolean
  readonly isRefreshTokenSupported?: boolean
  readonly isIdTokenSupported?: boolean
  readonly isSaml2Supported?: boolean
  readonly isJwtSupported?: boolean
  readonly isEnabled?: boolean
  readonly isUserCreationAllowed?: boolean
  readonly isProtected?: boolean
  /** All of them. */
  readonly enablements?: readonly EnteredEnablement[]
}

/** Which setting of the metadata type says that a kind of token is supported. */
export const supportSettings = {
  ACCESS_TOKEN: 'isAccessTokenSupported',
  REFRESH_TOKEN: 'isRefreshTokenSupported',
  ID_TOKEN: 'isIdTokenSupported',
  SAML_2: 'isSaml2Supported',
  JWT: 'isJwtSupported',
} as const satisfies Readonly<Record<(typeof incomingTokenTypes)[number], keyof EnteredHandler>>

/** A handler to be made. */
export interface NewHandler extends EnteredHandler {
  /** API name, unique in its org. */
  readonly developerName: string
}

interface Lookups {
  readonly tokenExchangeHandlers: Pick<TokenExchangeHandlerStore, 'list'>
  readonly apps: Pick<ConnectedAppStore, 'findByName' | 'list'>
  readonly users: Pick<UserStore, 'findByUsername'>
}

/** The handler with what was entered put in, checked field by field. Nothing is written. */
export async function handlerWith(
  { tokenExchangeHandlers, apps, users }: Lookups,
  handler: TokenExchangeHandler,
  entered: EnteredHandler,
  now: Date,
): Promise<Outcome<TokenExchangeHandler>> {
  const problems: Problem[] = []
  const report = (field: keyof EnteredHandler, message: string | undefined, item?: number) => {
    if (message !== undefined) problems.push({ field, message, ...(item === undefined ? {} : { item }) })
  }
  const masterLabel = entered.masterLabel === undefined ? handler.masterLabel : (trimmed(entered.masterLabel) ?? '')
  report('masterLabel', requiredLineProblem(trimmed(masterLabel), 80))
  const description = entered.description === undefined ? handler.description : (trimmed(entered.description) ?? '')
  if (description !== '') report('description', requiredLineProblem(description, 255))
  const tokenHandlerApex = entered.tokenHandlerApex ?? handler.tokenHandlerApex
  report('tokenHandlerApex', apiNameProblem(tokenHandlerApex))
  const tokenTypes = incomingTokenTypes.filter(
    (type) => entered[supportSettings[type]] ?? handler.tokenTypes.includes(type),
  )
  if (tokenTypes.length === 0) report('isJwtSupported', 'A handler supports at least one kind of token.')
  const enablements = entered.enablements === undefined ? handler.enablements : await read(entered.enablements)
  if (problems.length > 0) return refused(...problems)
  return done({
    ...handler,
    masterLabel,
    description,
    tokenHandlerApex,
    tokenTypes,
    isEnabled: entered.isEnabled ?? handler.isEnabled,
    isUserCreationAllowed: entered.isUserCreationAllowed ?? handler.isUserCreationAllowed,
    isProtected: entered.isProtected ?? handler.isProtected,
    enablements,
    modifiedAt: now,
  })

  async function read(list: readonly EnteredEnablement[]): Promise<readonly HandlerEnablement[]> {
    const others = (await tokenExchangeHandlers.list(handler.orgId)).filter(({ id }) => id !== handler.id)
    const found = new Map<string, HandlerEnablement>()
    for (const [item, { connectedApp, apexExecutionUser, isDefault }] of list.entries()) {
      const app = await apps.findByName(handler.orgId, connectedApp)
      const user = await users.findByUsername(canonicalUsername(apexExecutionUser))
      if (app === undefined) {
        const names = (await apps.list(handler.orgId)).map(({ fullName }) => fullName)
        report('enablements', `This org has no app “${connectedApp}”.${didYouMean(connectedApp, names)}`, item)
      }
      if (user?.orgId !== handler.orgId) report('enablements', `This org has no user “${apexExecutionUser}”.`, item)
      if (app === undefined || user === undefined) continue
      if (found.has(app.id)) report('enablements', `The app “${connectedApp}” is here twice.`, item)
      const before = others.find(({ enablements }) => enablements.some((one) => one.appId === app.id && one.isDefault))
      if (isDefault && before !== undefined) {
        report('enablements', `“${before.developerName}” is the default handler of “${connectedApp}” already.`, item)
      }
      found.set(app.id, { appId: app.id, executionUserId: user.id, isDefault })
    }
    return [...found.values()].toSorted((one, other) => (one.appId < other.appId ? -1 : 1))
  }
}

interface Needs extends Omit<Lookups, 'tokenExchangeHandlers'> {
  readonly tokenExchangeHandlers: Pick<TokenExchangeHandlerStore, 'list' | 'add' | 'update'>
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** Makes a handler in an org: on, without the right to make users, for JWTs unless told otherwise. */
export async function newHandler(
  needs: Needs,
  org: Pick<Org, 'id'>,
  entered: NewHandler,
): Promise<Outcome<TokenExchangeHandler>> {
  const now = needs.now()
  const developerName = trimmed(entered.developerName) ?? ''
  const taken = (await needs.tokenExchangeHandlers.list(org.id)).some((other) => other.developerName === developerName)
  const message =
    apiNameProblem(developerName) ?? (taken ? `This org has a handler “${developerName}” already.` : undefined)
  const wantsNoType = incomingTokenTypes.every((type) => entered[supportSettings[type]] === undefined)
  const blank: TokenExchangeHandler = {
    id: needs.newId('tokenExchangeHandler'),
    orgId: org.id,
    developerName,
    masterLabel: developerName.replaceAll('_', ' '),
    description: '',
    tokenHandlerApex: developerName,
    tokenTypes: wantsNoType ? ['JWT'] : [],
    isEnabled: true,
    isUserCreationAllowed: false,
    isProtected: false,
    enablements: [],
    createdAt: now,
    modifiedAt: now,
  }
  const handler = await handlerWith(needs, blank, entered, now)
  if (message !== undefined)
    return refused({ field: 'developerName', message }, ...(handler.ok ? [] : handler.problems))
  if (handler.ok) await needs.tokenExchangeHandlers.add(handler.value)
  return handler
}

/** Changes what was entered of a handler and leaves the rest. It holds from the next request on. */
export async function changeHandler(
  needs: Pick<Needs, 'tokenExchangeHandlers' | 'apps' | 'users' | 'now'>,
  handler: TokenExchangeHandler,
  entered: EnteredHandler,
): Promise<Outcome<TokenExchangeHandler>> {
  const changed = await handlerWith(needs, handler, entered, needs.now())
  if (changed.ok) await needs.tokenExchangeHandlers.update(changed.value)
  return changed
}
