import type { AppPolicies, ConnectedApp } from '../../connected-apps/connected-app.ts'
import type { Scope } from '../../connected-apps/scope.ts'
import type { Checklist } from '../../journal/checklist.ts'
import type { Site } from '../../orgs/address.ts'
import type { Org } from '../../orgs/org.ts'
import type { SessionOrigin } from '../../sessions/session.ts'
import type { User } from '../../users/user.ts'
import type { Refusal } from '../refusal.ts'

/** How the answer travels back to the app (OAuth 2.0 Multiple Response Types §2.1; Form Post Response Mode). */
export type ResponseMode = 'query' | 'fragment' | 'form_post'

/** What an app was let in with: who said yes, at what, and where. */
export interface Granted {
  readonly app: ConnectedApp
  readonly policies: AppPolicies
  readonly org: Org
  readonly user: User
  readonly scopes: readonly Scope[]
  readonly redirectUri: string
  readonly codeChallenge: string | undefined
  readonly dpopKey: string | undefined
  readonly nonce: string | undefined
  /** When the person signed in. */
  readonly authTime: Date
  /** The browser session in which they did. */
  readonly session: SessionOrigin
  readonly site: Site
  readonly sourceIp: string
  readonly userAgent: string
}

/** The steps that are a response type's own. What every authorize request goes through has been done before `answer`. */
export interface ResponseType {
  /** As `response_type` has it, and metadata name it. The order of its words says nothing (Multiple Response Types §2). */
  readonly type: string
  /** Under which the journal keeps its requests. */
  readonly flow: string
  /** Where the answer may be; the first is where it is unless the app asks for another. */
  readonly modes: readonly [ResponseMode, ...ResponseMode[]]
  /** Whether the browser carries what is exchanged later, which PKCE keeps for the app that asked. */
  readonly usesPkce: boolean
  /** Who has the person say who they are: this server, on its own page; or the app, which sends what they typed. */
  readonly signsIn: 'here' | 'in-the-app'
  /** What it asks of a request besides what all are asked; before anybody signs in. */
  checkRequest(request: { readonly app: ConnectedApp; readonly nonce: string | undefined }): Refusal | undefined
  /** Whether an org lets its people come this way. */
  checkOrg(org: Org, app: ConnectedApp): Refusal | undefined
  /** What it asks of the scopes, once it is clear which they are. */
  checkScopes(scopes: readonly Scope[], app: ConnectedApp): Refusal | undefined
  /** What goes back to the app beside `state`. @throws {OAuthError} what the app is told instead */
  answer(granted: Granted, checks: Checklist): Promise<Readonly<Record<string, string>>>
}

/** A response type however its words are ordered: what two of them are compared by. */
export function canonicalResponseType(text: string): string {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .toSorted()
    .join(' ')
}
