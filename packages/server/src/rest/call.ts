import type { ConnectedAppStore } from '../connected-apps/connected-app.ts'
import type { Org } from '../orgs/org.ts'
import type { SessionStore } from '../sessions/session.ts'
import type { AccessTokenStore } from '../tokens/access-token.ts'
import type { ShownTokens } from '../tokens/delete-token.ts'
import type { DeletionStores } from '../tokens/end-deletion.ts'
import type { User, UserStore } from '../users/user.ts'
import type { DataAccess } from './access.ts'
import type { Json, JsonObject } from './json.ts'
import type { ApiRequests } from './limits.ts'
import type { CursorStore, RecordReader, RecordWork } from './record.ts'
import type { Schema } from './schema.ts'
import type { Viewer } from './soql/plan-query.ts'

/** What the caller changes of the org itself: it is noted who did it. */
export interface CallerStores extends DeletionStores {
  readonly sessions: Pick<SessionStore, 'endIn'>
  readonly accessTokens: Pick<AccessTokenStore, 'endIn'>
  readonly users: Pick<UserStore, 'find' | 'update' | 'setFrozen' | 'unlock'>
  readonly apps: Pick<ConnectedAppStore, 'findPolicies' | 'setPolicies'>
}

/** Who calls the REST API, and what they may. */
export interface Caller {
  readonly user: User
  /** The number of the access token that they call with. */
  readonly tokenId: number
  readonly org: Org
  readonly access: DataAccess
  /** The objects that the user may read. */
  readonly schema: Schema
  /** The identity URL of the user. */
  readonly identity: string
  /** API requests of the org, with this one. */
  readonly requests: ApiRequests
}

/** A request to the REST API, or a part of a composite one. */
export interface Call {
  readonly caller: Caller
  /** Such as `67.0`. */
  readonly version: string
  readonly method: string
  /** What stands in the path after the version, decoded. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  /** A header by its name in lower case. */
  header(name: string): string | undefined
  /** The body, read when it is asked for. @throws {RestError} 400 `JSON_PARSER_ERROR` */
  body(): Promise<Json>
  readonly now: Date
  /** What is shown of tokens, and read again. */
  readonly tokens: ShownTokens
  /** Makes ids for records: by the first three characters. */
  readonly newId: (prefix: string) => string
  readonly cursors: CursorStore
  /** What of the org itself the caller may change, made when it is asked for: few calls do. */
  stores(): CallerStores
  /** Where records are read: inside a composite call, with what it has written. */
  readonly reader: RecordReader
  /** Does work on records in one transaction; inside a composite call, in its. */
  work<T>(job: (work: RecordWork) => Promise<T>): Promise<T>
  /** Does something once the transaction has been committed: at once, unless the call is part of a composite one. */
  afterwards(act: () => Promise<unknown>): Promise<void>
}

/** What a resource answers. */
export interface RestAnswer {
  readonly status: number
  /** `undefined` for no body. */
  readonly body: JsonObject | readonly Json[] | undefined
  /** The element around the body in XML, and around each member where it is a list. */
  readonly root: string
  readonly item?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer with a body and status 200. */
export function answer(root: string, body: JsonObject | readonly Json[], item?: string): RestAnswer {
  return { status: 200, body, root, ...(item === undefined ? {} : { item }) }
}

/** An answer without a body. */
export const noContent: RestAnswer = { status: 204, body: undefined, root: '' }

/** Who asks, to queries. */
export function viewerOf({ caller: { user, schema, access }, now }: Pick<Call, 'caller' | 'now'>): Viewer {
  return { userId: user.id, schema, has: access.has, timeZone: user.timeZone, now }
}

/** The path of a version's resources. */
export function dataPath(version: string): string {
  return `/services/data/v${version}`
}
