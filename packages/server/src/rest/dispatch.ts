import { answer, type Call, dataPath, type RestAnswer } from './call.ts'
import { chatterUser } from './chatter-user.ts'
import { createAll, createTree, deleteAll, readAll, updateAll, upsertAll } from './collections.ts'
import { batch, composite } from './composite.ts'
import { describeBasic, describeGlobal, describeObject, recent } from './describe.ts'
import { RestError } from './error.ts'
import type { JsonObject } from './json.ts'
import { limitsOf } from './limits.ts'
import {
  describeListView,
  listViewEntry,
  listViewList,
  listViewResults,
  readListedObject,
  readListView,
  readListViewPage,
} from './list-views.ts'
import { query, queryMore } from './query.ts'
import { byExternalId, createRecord, deleteRecord, objectAt, readRecord, updateRecord } from './records.ts'
import { resourcesOf } from './resources.ts'

type Act = (call: Call, ...named: readonly string[]) => RestAnswer | Promise<RestAnswer>
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

interface Resource {
  /** The segments of its path after the version; `*` stands for any one, which its acts are given. */
  readonly path: readonly string[]
  readonly acts: Partial<Readonly<Record<Method, Act>>>
}

function resource(path: string, acts: Resource['acts']): Resource {
  return { path: path === '' ? [] : path.split('/'), acts }
}

const listView = (call: Call, object: string, id: string) => readListView(readListedObject(objectAt(call, object)), id)
const notSupported = (found: string) => (): never => {
  throw new RestError({ reason: 'not-supported', facts: { found } })
}

/** Every resource of the REST API on one screen, without the version in front. What is written out stands before `*`. */
const resources: readonly Resource[] = [
  resource('', { GET: ({ version, caller }) => answer('urls', resourcesOf(version, caller.identity)) }),
  resource('limits', { GET: ({ version, caller }) => answer('LimitsSnapshot', limitsOf(version, caller.requests)) }),
  resource('recent', { GET: recent }),
  resource('search', { GET: notSupported('search') }),
  resource('query', { GET: (call) => (call.query.has('explain') ? notSupported('explain')() : query(call, false)) }),
  resource('queryAll', { GET: (call) => query(call, true) }),
  resource('query/*', { GET: (call, locator = '') => queryMore(call, locator) }),
  resource('queryAll/*', { GET: (call, locator = '') => queryMore(call, locator) }),
  resource('tooling', { GET: ({ version }) => answer('urls', { query: `${dataPath(version)}/tooling/query` }) }),
  resource('tooling/query', { GET: (call) => query(call, false) }),
  resource('tooling/query/*', { GET: (call, locator = '') => queryMore(call, locator) }),
  resource('chatter', { GET: ({ version }) => answer('urls', { users: `${dataPath(version)}/chatter/users` }) }),
  resource('chatter/users', { GET: notSupported('chatter/users') }),
  resource('chatter/users/*', { GET: (call, id = '') => chatterUser(call, id) }),
  resource('sobjects', { GET: describeGlobal }),
  resource('sobjects/*', {
    GET: (call, object = '') => describeBasic(call, objectAt(call, object)),
    POST: (call, object = '') => createRecord(call, objectAt(call, object)),
  }),
  resource('sobjects/*/describe', { GET: (call, object = '') => describeObject(call, objectAt(call, object)) }),
  resource('sobjects/*/listviews', {
    GET: (call, object = '') => {
      const list = listViewList(call.version, readListedObject(objectAt(call, object)))
      return answer('ListViews', { ...list })
    },
  }),
  resource('sobjects/*/listviews/*', {
    GET: (call, object = '', id = '') => answer('ListView', listViewEntry(call.version, listView(call, object, id))),
  }),
  resource('sobjects/*/listviews/*/describe', {
    GET: (call, object = '', id = '') => {
      const description = describeListView(call.version, listView(call, object, id))
      return answer('ListViewDescribe', description)
    },
  }),
  resource('sobjects/*/listviews/*/results', {
    GET: async (call, object = '', id = '') => {
      const page = readListViewPage(call.query.get('limit') ?? undefined, call.query.get('offset') ?? undefined)
      return answer('ListViewResults', await listViewResults(call, listView(call, object, id), page))
    },
  }),
  resource('sobjects/*/*', {
    GET: (call, object = '', id = '') => readRecord(call, objectAt(call, object), id),
    PATCH: (call, object = '', id = '') => updateRecord(call, objectAt(call, object), id),
    DELETE: (call, object = '', id = '') => deleteRecord(call, objectAt(call, object), id),
  }),
  resource('sobjects/*/*/*', {
    GET: (call, object = '', field = '', value = '') => byExternalId(call, objectAt(call, object), field, value),
    PATCH: (call, object = '', field = '', value = '') => byExternalId(call, objectAt(call, object), field, value),
    DELETE: (call, object = '', field = '', value = '') => byExternalId(call, objectAt(call, object), field, value),
  }),
  resource('composite', {
    GET: ({ version }) => answer('CompositeResources', compositeResources(version)),
    POST: (call) => composite(call, dispatch),
  }),
  resource('composite/batch', { POST: (call) => batch(call, dispatch) }),
  resource('composite/sobjects', { POST: createAll, PATCH: updateAll, DELETE: deleteAll }),
  resource('composite/sobjects/*', {
    GET: (call, object = '') => readAll(call, object),
    POST: (call, object = '') => readAll(call, object),
  }),
  resource('composite/sobjects/*/*', { PATCH: (call, object = '', field = '') => upsertAll(call, object, field) }),
  resource('composite/tree/*', { POST: (call, object = '') => createTree(call, object) }),
]

function compositeResources(version: string): JsonObject {
  const path = `/services/data/v${version}/composite`
  return { batch: `${path}/batch`, sobjects: `${path}/sobjects`, tree: `${path}/tree` }
}

/**
 * Answers a call by the resource that its path names.
 * @throws {RestError} 404 `NOT_FOUND` where there is none, 405 `METHOD_NOT_ALLOWED`, and what the resource refuses
 */
export async function dispatch(call: Call): Promise<RestAnswer> {
  const { segments } = call
  const found = resources.find(
    ({ path }) =>
      path.length === segments.length && path.every((part, place) => part === '*' || part === segments[place]),
  )
  if (found === undefined) {
    throw new RestError({
      reason: 'resource-unknown',
      facts: { found: `${dataPath(call.version)}/${segments.join('/')}`.slice(0, 128) },
    })
  }
  const method = methodOf(call)
  const act = isMethod(method) ? found.acts[method] : undefined
  if (act === undefined) {
    const names = Object.keys(found.acts)
    const allowed = names.flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]))
    throw new RestError({ reason: 'method-not-allowed', facts: { found: method.slice(0, 16), allowed } })
  }
  return act({ ...call, method }, ...segments.filter((_, place) => found.path[place] === '*'))
}

/** HEAD is a GET; for callers that can send no PATCH, a POST can say that it is one. */
function methodOf({ method, query }: Call): string {
  if (method === 'HEAD') return 'GET'
  const meant = query.get('_HttpMethod')?.toUpperCase()
  return method === 'POST' && (meant === 'PATCH' || meant === 'DELETE') ? meant : method
}

function isMethod(method: string): method is Method {
  return method === 'GET' || method === 'POST' || method === 'PATCH' || method === 'DELETE'
}
