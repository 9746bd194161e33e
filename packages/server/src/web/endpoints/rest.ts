import { covers } from '../../connected-apps/scope.ts'
import { pass } from '../../journal/checklist.ts'
import type { Addresses } from '../../orgs/address.ts'
import { RestError } from '../../rest/error.ts'
import { type ApiUsage, limitInfo, limitsOf } from '../../rest/limits.ts'
import {
  describeListView,
  listViewEntry,
  listViewList,
  listViewResults,
  readListView,
  readListViewPage,
} from '../../rest/list-views.ts'
import { readObject } from '../../rest/objects.ts'
import type { RecordStore } from '../../rest/record.ts'
import { resourcesOf } from '../../rest/resources.ts'
import { apiVersions, readApiVersion } from '../../rest/versions.ts'
import { identityUrl } from '../../users/identity.ts'
import { hasPermission } from '../../users/permissions.ts'
import type { PermissionSetStore, ProfileStore } from '../../users/profile.ts'
import type { User, UserStore } from '../../users/user.ts'
import { unstored } from '../answer.ts'
import type { ReadBearer } from '../bearer.ts'
import { type BodyStyle, chooseFormat, type Document, readPrettyPrint, writeBody } from '../format.ts'
import { queryParameter } from '../incoming.ts'
import type { Reply } from '../reply.ts'
import type { Answer, ShowRefusal, Visit } from '../visit.ts'

interface Needs {
  readonly readBearer: ReadBearer
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly users: Pick<UserStore, 'find'>
  readonly records: RecordStore
  readonly addresses: Pick<Addresses, 'baseOf'>
  readonly usage: ApiUsage
  readonly now: () => Date
}

/** A resource of the REST API: what it answers, and what its XML is called. */
export type Resource = (
  caller: Caller,
) => Promise<{ readonly document: Document; readonly root: string; readonly item?: string }>

/** Who asks for a resource, of which version, and how. */
export interface Caller {
  readonly visit: Visit
  readonly user: User
  readonly version: string
  /** API requests of the org today, with this one. */
  readonly used: number
}

/** The resources of the REST API by name. */
export interface RestApi {
  readonly versions: Answer
  readonly root: Answer
  readonly limits: Answer
  readonly listViews: Answer
  readonly listView: Answer
  readonly listViewDescribe: Answer
  readonly listViewResults: Answer
  readonly missing: Answer
}

// The data API takes tokens by header alone.
const noParameters: ReadonlyMap<string, string> = new Map()

/** What an access token with the `api` scope opens. */
export function restApi(needs: Needs): RestApi {
  const { records, users } = needs
  return {
    versions: async (visit) => write(visit, apiVersions, { root: 'Versions', item: 'Version' }),
    root: resource(async ({ visit, user, version }) => ({
      document: resourcesOf(version, identityUrl(visit.site.loginBase, user)),
      root: 'urls',
    })),
    limits: resource(async ({ version, used }) => ({ document: limitsOf(version, used), root: 'LimitsSnapshot' })),
    listViews: resource(async ({ visit, version }) => ({
      document: listViewList(version, objectOf(visit)),
      root: 'ListViews',
    })),
    listView: resource(async ({ visit, version }) => ({
      document: listViewEntry(version, listViewOf(visit)),
      root: 'ListView',
    })),
    listViewDescribe: resource(async ({ visit, version }) => ({
      document: describeListView(version, listViewOf(visit)),
      root: 'ListViewDescribe',
    })),
    listViewResults: resource(async ({ visit, version, user }) => {
      const page = readListViewPage(queryParameter(visit.request, 'limit'), queryParameter(visit.request, 'offset'))
      const document = await listViewResults(version, listViewOf(visit), user, page, { records, users })
      return { document, root: 'ListViewResults' }
    }),
    missing: resource(async ({ visit }) => {
      throw new RestError({ reason: 'resource-unknown', facts: { found: visit.request.path.slice(0, 128) } })
    }),
  }

  function resource(answer: Resource): Answer {
    return async (visit) => {
      const { request, params, checks } = visit
      checks.flow = 'rest'
      const caller = await admit(visit)
      const version = readApiVersion(params['version'] ?? '')
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        throw new RestError({
          reason: 'method-not-allowed',
          facts: { found: request.method, allowed: ['GET', 'HEAD'] },
        })
      }
      const { document, ...style } = await answer({ ...caller, visit, version })
      return write(visit, document, style, { 'sforce-limit-info': limitInfo(caller.used) })
    }
  }

  /** @throws {RestError} */
  async function admit(visit: Visit): Promise<{ readonly user: User; readonly used: number }> {
    const { readBearer, profiles, permissionSets, usage, now } = needs
    const access = await readBearer(visit, noParameters)
    if (!access.ok) {
      const { refusal } = access
      throw new RestError(refusal.reason === 'token-in-query' ? { reason: 'token-missing', facts: {} } : refusal)
    }
    const { token, user, org } = access
    if (!covers(token.scopes, 'api')) {
      throw new RestError({ reason: 'scope-missing', facts: { needed: 'api', granted: token.scopes } })
    }
    pass(visit.checks, 'scope', { needed: 'api' })
    const profile = await profiles.find(user.profileId)
    if (profile === undefined || !(await hasPermission(permissionSets, user, profile, 'ApiEnabled'))) {
      throw new RestError({ reason: 'api-not-enabled', facts: { user: user.username, profile: profile?.name ?? '' } })
    }
    return { user, used: usage.count(org.id, now()) }
  }
}

/** How the REST API refuses: an array with one error, in the format of the request. */
export const restRefusal: ShowRefusal = (error, visit) => {
  if (!(error instanceof RestError)) throw error
  return write(visit, [...error.body], { root: 'Errors', item: 'Error' }, error.headers, error.status)
}

function objectOf({ params }: Visit) {
  return readObject(params['object'] ?? '')
}

function listViewOf(visit: Visit) {
  return readListView(objectOf(visit), visit.params['listview'] ?? '')
}

function write(
  visit: Visit,
  document: Document,
  style: Omit<BodyStyle, 'format' | 'isPretty'>,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Reply {
  const { request } = visit
  const format = chooseFormat(undefined, request.header('accept'), ['json', 'xml'])
  const isPretty = readPrettyPrint(request.header('x-prettyprint') ?? request.header('prettyprint'))
  const { contentType, text } = writeBody(document, { ...style, format, isPretty })
  return { status, headers: { 'content-type': contentType, ...unstored, ...headers }, body: text }
}
