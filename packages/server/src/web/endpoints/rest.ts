import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { covers } from '../../connected-apps/scope.ts'
import { pass } from '../../journal/checklist.ts'
import { prefixedIds } from '../../record-id.ts'
import { dataAccessOf, visibleTo } from '../../rest/access.ts'
import type { ApiUsage } from '../../rest/api-usage.ts'
import type { Call, Caller, CallerStores, RestAnswer } from '../../rest/call.ts'
import { dispatch } from '../../rest/dispatch.ts'
import { RestError } from '../../rest/error.ts'
import { boundsProblem, type Json } from '../../rest/json.ts'
import { limitInfo } from '../../rest/limits.ts'
import type { CursorStore, ObjectStore, RecordStore } from '../../rest/record.ts'
import { type Schema, schemaOf } from '../../rest/schema.ts'
import { apiVersions, readApiVersion } from '../../rest/versions.ts'
import { readXmlRecord } from '../../rest/xml.ts'
import type { ShownTokens } from '../../tokens/delete-token.ts'
import { identityUrl } from '../../users/identity.ts'
import type { PermissionSetStore, ProfileStore } from '../../users/profile.ts'
import { unstored } from '../answer.ts'
import type { ReadBearer } from '../bearer.ts'
import { type BodyStyle, chooseFormat, type Document, readPrettyPrint, writeBody } from '../format.ts'
import type { Incoming } from '../incoming.ts'
import type { Reply } from '../reply.ts'
import type { Answer, ShowRefusal, Visit } from '../visit.ts'

interface Needs {
  readonly readBearer: ReadBearer
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly objects: Pick<ObjectStore, 'list'>
  readonly records: RecordStore
  readonly cursors: CursorStore
  readonly actedBy: (userId: string) => CallerStores
  readonly usage: ApiUsage
  readonly shownTokens: ShownTokens
  readonly now: () => Date
}

/** The REST API: which versions there are, and what is in them. */
export interface RestApi {
  readonly versions: Answer
  readonly data: Answer
}

// The data API takes tokens by header alone.
const noParameters: ReadonlyMap<string, string> = new Map()

/** Most bytes of a body, as it is and unpacked. */
export const largestDataBody = 10_485_760
// One record at a time, with room for long texts.
const largestXmlBody = 1_048_576
// Characters of an answer from which on packing it is worth the time.
const worthPacking = 1024

// The Connect REST API is part of the data API, and has a scope of its own besides.
const connectResources: ReadonlySet<string> = new Set(['chatter', 'connect'])

/** What an access token with the `api` scope opens. */
export function restApi(needs: Needs): RestApi {
  const newId = prefixedIds(needs.now)
  const schemas = new WeakMap<object, Schema>()
  return {
    async versions(visit) {
      const { format } = readPath(visit.request.path)
      return write(visit, { status: 200, body: apiVersions, root: 'Versions', item: 'Version' }, format)
    },
    async data(visit) {
      const { request, checks } = visit
      checks.flow = 'rest'
      const { segments, format } = readPath(request.path)
      const caller = await admit(visit, segments)
      const version = readApiVersion(segments[0] ?? '')
      const { records, cursors, actedBy } = needs
      const call: Call = {
        caller,
        version,
        method: request.method,
        segments: segments.slice(1),
        query: new URLSearchParams(request.query),
        header: request.header,
        body: () => readBody(request),
        now: needs.now(),
        tokens: needs.shownTokens,
        newId,
        cursors,
        stores: () => actedBy(caller.user.id),
        reader: records,
        work: records.work,
        afterwards: async (act) => {
          await act()
        },
      }
      const answered = await dispatch(call)
      const reply = write(visit, answered, format, { 'sforce-limit-info': limitInfo(caller.requests) })
      return packed(request, withVersion(request, reply))
    },
  }

  /** @throws {RestError} */
  async function admit(visit: Visit, segments: readonly string[]): Promise<Caller> {
    const { readBearer, profiles, permissionSets, objects, usage, now } = needs
    const bearer = await readBearer(visit, noParameters)
    if (!bearer.ok) {
      const { refusal } = bearer
      throw new RestError(refusal.reason === 'token-in-query' ? { reason: 'token-missing', facts: {} } : refusal)
    }
    const { token, user, org } = bearer
    const needed = ['api', ...(connectResources.has(segments[1] ?? '') ? ['chatter_api'] : [])]
    if (!needed.some((scope) => covers(token.scopes, scope))) {
      throw new RestError({ reason: 'scope-missing', facts: { needed: needed.join(' or '), granted: token.scopes } })
    }
    pass(visit.checks, 'scope', { needed: needed.join(' or ') })
    const profile = await profiles.find(user.profileId)
    const access = profile === undefined ? undefined : await dataAccessOf(permissionSets, user, profile)
    if (access?.has('ApiEnabled') !== true) {
      throw new RestError({ reason: 'api-not-enabled', facts: { user: user.username, profile: profile?.name ?? '' } })
    }
    const requests = await usage.count(org, now())
    if (requests.isOver) {
      throw new RestError({ reason: 'request-limit-exceeded', facts: { limit: requests.limit } })
    }
    if (org.settings.dailyApiRequests !== undefined) pass(visit.checks, 'limit', { limit: requests.limit })
    const own = await objects.list(org.id)
    const schema = schemas.get(own) ?? schemaOf(own)
    schemas.set(own, schema)
    return {
      user,
      tokenId: token.id,
      org,
      access,
      schema: visibleTo(access, schema),
      identity: identityUrl(visit.site.loginBase, user),
      requests,
    }
  }
}

/** How the REST API refuses: an array with one error, in the format of the request. */
export const restRefusal: ShowRefusal = (error, visit) => {
  if (!(error instanceof RestError)) throw error
  const [body] = error.body
  const { fields, ...others } = body
  const document = [fields === undefined ? others : { ...others, fields: [...fields] }]
  const { format } = readPath(visit.request.path)
  const { status, headers } = error
  return write(visit, { status, body: document, root: 'Errors', item: 'Error', headers }, format)
}

/** What a path says: what stands in it from the version on, and the format that it ends in, such as `.xml`. */
function readPath(path: string): { readonly segments: readonly string[]; readonly format: string | undefined } {
  const parts = path.split('/').slice(3)
  // What ends so there is a value: that of an external id.
  const isValue = parts[1] === 'sobjects' && parts[4] !== undefined && parts[3] !== 'listviews'
  const [suffix, format] = (isValue ? undefined : /\.(json|xml)$/.exec(path)) ?? []
  const last = parts.pop() ?? ''
  const segments = [...parts, suffix === undefined ? last : last.slice(0, -suffix.length)]
    .filter((segment) => segment !== '')
    .map((segment) => {
      try {
        return decodeURIComponent(segment)
      } catch {
        // A lone percent sign: meant as it stands.
        return segment
      }
    })
  return { segments, format }
}

const unpack = promisify(gunzip)

/** @throws {RestError} 400 `JSON_PARSER_ERROR` or `XML_PARSER_ERROR`, 413, 415 */
async function readBody(request: Incoming): Promise<Json> {
  const type = request.header('content-type')?.replace(/;.*/s, '').trim().toLowerCase() ?? ''
  const isXml = type === 'application/xml' || type === 'text/xml'
  if (type !== '' && type !== 'application/json' && !isXml) {
    throw new RestError({ reason: 'content-type-unsupported', facts: { found: type.slice(0, 80) } })
  }
  const limit = isXml ? largestXmlBody : largestDataBody
  const tooLarge = new RestError({ reason: 'body-too-large', facts: { limit } })
  const body = await request.body(limit)
  if (body === 'too-large') throw tooLarge
  if (body === 'cut-off') throw malformed('The body is not all there')
  const isPacked = request.header('content-encoding')?.toLowerCase() === 'gzip'
  const bytes = isPacked ? await unpack(body, { maxOutputLength: limit }).catch(() => undefined) : body
  if (bytes === undefined) throw malformed('The body is not gzip, or too large when unpacked')
  const text = bytes.toString('utf8')
  if (text.trim() === '') throw malformed('The HTTP entity body is required, but this request has no entity body.')
  return isXml ? readXmlRecord(text) : parsed(text)
}

function parsed(text: string): Json {
  const problem = boundsProblem(text)
  if (problem !== undefined) throw malformed(problem)
  try {
    return JSON.parse(text)
  } catch (error) {
    const said = error instanceof SyntaxError ? error.message.replace(/,? ?\.\.\..*|, ".*/s, '') : 'not JSON'
    throw malformed(`The body is no JSON: ${said.slice(0, 120)}`)
  }
}

function malformed(problem: string): RestError {
  return new RestError({ reason: 'json-malformed', facts: { problem } })
}

/** @param suffix the format that the path ends in */
function write(
  { request }: Visit,
  found: RestAnswer,
  suffix: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const { status, body, root, item } = found
  const all = { ...unstored, ...headers, ...found.headers }
  if (body === undefined) return { status, headers: all, body: null }
  const format = chooseFormat(suffix, request.header('accept'), ['json', 'xml'])
  const isPretty = readPrettyPrint(request.header('x-prettyprint') ?? request.header('prettyprint'))
  const style: BodyStyle = { root, ...(item === undefined ? {} : { item }), format, isPretty }
  const document: Document = body
  const { contentType, text } = writeBody(document, style)
  return { status, headers: { 'content-type': contentType, ...all }, body: text }
}

/** Names the version of what is read, and says no more than that to whom it is known (RFC 9110 §13.1.2). */
function withVersion(request: Incoming, reply: Reply): Reply {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead || reply.status !== 200 || typeof reply.body !== 'string' || !request.path.includes('/sobjects'))
    return reply
  const version = `"${createHash('sha1').update(reply.body).digest('base64url')}"`
  const headers = { ...reply.headers, etag: version }
  const known = request
    .header('if-none-match')
    ?.split(',')
    .map((one) =>
      one
        .trim()
        .replace(/^W\//, '')
        .replace(/-gzip"$/, '"'),
    )
  return known?.includes(version) === true ? { status: 304, headers, body: null } : { ...reply, headers }
}

const pack = promisify(gzip)

/** Packs what is long for whom it may be packed. */
async function packed(request: Incoming, reply: Reply): Promise<Reply> {
  const { body, headers } = reply
  const accepts = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(request.header('accept-encoding') ?? '')
  if (!accepts || typeof body !== 'string' || body.length < worthPacking) return reply
  const bytes = new Uint8Array(await pack(body, { level: 1 }))
  return { ...reply, headers: { ...headers, 'content-encoding': 'gzip', vary: 'accept, accept-encoding' }, body: bytes }
}
