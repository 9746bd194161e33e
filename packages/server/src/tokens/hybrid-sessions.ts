import { hash } from 'node:crypto'
import { covers, type Scope } from '../connected-apps/scope.ts'
import { tokenText } from '../secret.ts'
import { type SessionType, sessionShape } from '../sessions/session.ts'
import type { OpenedSession } from '../sessions/token-session.ts'

/** What a hybrid app is told besides, for its web views; Salesforce's field names. */
export interface HybridFields {
  readonly lightning_domain?: string
  readonly lightning_sid?: string
  readonly visualforce_domain?: string
  readonly visualforce_sid?: string
  readonly content_domain?: string
  readonly content_sid?: string
  readonly parent_sid?: string
  readonly sidCookieName?: string
  readonly csrf_token?: string
  readonly 'cookie-clientSrc'?: string
  readonly 'cookie-sid_Client'?: string
}

type HybridType = Exclude<SessionType, 'UI'>

/** The sessions that a token with these scopes opens in web views: pages as such, and the parts that have scopes of their own. */
export function hybridTypes(scopes: readonly Scope[]): readonly HybridType[] {
  const types: readonly (readonly [HybridType, readonly Scope[]])[] = [
    ['TempUIFrontdoor', ['web']],
    ['Lightning', ['lightning']],
    ['Visualforce', ['visualforce', 'web']],
    ['Content', ['content']],
  ]
  return types.flatMap(([type, needed]) => (needed.some((scope) => covers(scopes, scope)) ? [type] : []))
}

/** Where the sessions of an answer are to be used, and by whom. */
export interface HybridPlace {
  /** The org's own address. All parts of its pages are there. */
  readonly orgBase: string
  readonly cookieName: string
  readonly sourceIp: string
  readonly orgId: string
  readonly userId: string
}

/** A session that has been stored. */
export interface StoredSession extends OpenedSession {
  readonly id: number
}

/** What an answer says of its sessions; nothing where the scopes open none. */
export function hybridFields(sessions: readonly StoredSession[], place: HybridPlace): HybridFields {
  const [first] = sessions
  if (first === undefined) return {}
  const { host } = new URL(place.orgBase)
  const cookies = new Map(
    sessions.map(({ session, id, secret }) => [session.type, tokenText(sessionShape, id, secret)]),
  )
  const lightning = cookies.get('Lightning')
  const visualforce = cookies.get('Visualforce')
  const content = cookies.get('Content')
  const parent = cookies.get('TempUIFrontdoor')
  return {
    ...(lightning === undefined ? {} : { lightning_domain: host, lightning_sid: lightning }),
    ...(visualforce === undefined ? {} : { visualforce_domain: host, visualforce_sid: visualforce }),
    ...(content === undefined ? {} : { content_domain: host, content_sid: content }),
    ...(parent === undefined ? {} : { parent_sid: parent }),
    sidCookieName: place.cookieName,
    csrf_token: hash('sha256', `csrf ${first.session.formSecret}`, 'base64url'),
    'cookie-clientSrc': place.sourceIp,
    'cookie-sid_Client': place.userId.slice(9, 15) + place.orgId.slice(9, 15),
  }
}
