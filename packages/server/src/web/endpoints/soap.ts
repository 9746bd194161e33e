import { covers } from '../../connected-apps/scope.ts'
import { RestError } from '../../rest/error.ts'
import type { Json, JsonObject } from '../../rest/json.ts'
import { readSoapCall, soapUserInfo } from '../../rest/soap.ts'
import type { AccessTokenStore } from '../../tokens/access-token.ts'
import { unstored } from '../answer.ts'
import type { BearerAccess, ReadBearer } from '../bearer.ts'
import { escapeXml } from '../format.ts'
import type { Reply } from '../reply.ts'
import { largestBody } from '../request.ts'
import type { Answer, ShowRefusal, Visit } from '../visit.ts'

interface Needs {
  readonly readBearer: ReadBearer
  readonly accessTokens: Pick<AccessTokenStore, 'revoke'>
  readonly now: () => Date
}

const noParameters: ReadonlyMap<string, string> = new Map()

/** The SOAP API, as far as clients ask it who they are, and sign out by it. Nobody signs in by it any more. */
export function soapAnswer({ readBearer, accessTokens, now }: Needs): Answer {
  return async (visit) => {
    visit.checks.flow = 'soap'
    const { operation, sessionId } = await readSoapCall(await readEnvelope(visit))
    if (operation === 'login') throw new RestError({ reason: 'soap-login-off', facts: {} })
    const { token, user, org } = await admitted(visit, sessionId)
    if (token.format === 'jwt') throw new RestError({ reason: 'jwt-not-accepted', facts: { api: 'SOAP' } })
    if (operation === 'getUserInfo') {
      if (!covers(token.scopes, 'api')) {
        throw new RestError({ reason: 'scope-missing', facts: { needed: 'api', granted: token.scopes } })
      }
      return envelope(
        visit,
        `<getUserInfoResponse><result>${elements(soapUserInfo(user, org))}</result></getUserInfoResponse>`,
      )
    }
    await accessTokens.revoke(token.id, now())
    return envelope(visit, '<logoutResponse/>')
  }

  async function admitted(visit: Visit, sessionId: string | undefined): Promise<BearerAccess & { ok: true }> {
    const { request } = visit
    const shown = sessionId === undefined || /\s/.test(sessionId) ? undefined : `Bearer ${sessionId}`
    const header = (name: string) => (name === 'authorization' ? shown : request.header(name))
    const access = await readBearer({ ...visit, request: { ...request, header } }, noParameters)
    if (access.ok) return access
    const { refusal } = access
    throw new RestError(refusal.reason === 'token-in-query' ? { reason: 'token-missing', facts: {} } : refusal)
  }
}

async function readEnvelope({ request }: Visit): Promise<string> {
  if (request.method !== 'POST') {
    throw new RestError({ reason: 'method-not-allowed', facts: { found: request.method, allowed: ['POST'] } })
  }
  const body = await request.body(largestBody)
  if (body === 'too-large') throw new RestError({ reason: 'body-too-large', facts: { limit: largestBody } })
  if (body === 'cut-off') throw new RestError({ reason: 'soap-malformed', facts: { problem: 'It is not all there' } })
  return body.toString('utf8')
}

/** How the SOAP API refuses: a fault. Clients know a dead session by its code, so every one is told in that. */
export const soapRefusal: ShowRefusal = (error, visit) => {
  if (!(error instanceof RestError)) throw error
  const isDead = error.status === 401
  const code = isDead ? 'INVALID_SESSION_ID' : error.errorCode
  const message = isDead ? 'Invalid Session ID found in SessionHeader: Illegal Session' : error.message
  const fault = `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${escapeXml(`${code}: ${message}`)}</faultstring>`
  const detail = `<detail><sf:${faultType(code)} xsi:type="sf:${faultType(code)}"><sf:exceptionCode>${code}</sf:exceptionCode><sf:exceptionMessage>${escapeXml(message)}</sf:exceptionMessage></sf:${faultType(code)}></detail>`
  return envelope(visit, `${fault}${detail}</soapenv:Fault>`, 500)
}

function faultType(code: string): string {
  return code === 'INVALID_OPERATION' || code === 'INVALID_SESSION_ID' ? 'UnexpectedErrorFault' : 'ApiFault'
}

/** The partner API answers `u`, the enterprise API `c`: each in its own namespace. */
function envelope({ request }: Visit, body: string, status = 200): Reply {
  const kind = request.path.startsWith('/services/Soap/c/') ? 'enterprise' : 'partner'
  const text = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:${kind}.soap.sforce.com" xmlns:sf="urn:fault.${kind}.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8', ...unstored }, body: text }
}

function elements(members: JsonObject): string {
  return Object.entries(members)
    .map(([name, value]) => element(name, value ?? null))
    .join('')
}

function element(name: string, value: Json): string {
  return value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${escapeXml(String(value))}</${name}>`
}
