import { covers } from '../../connected-apps/scope.ts'
import type { SoapLogin } from '../../oauth/soap-login.ts'
import { id15 } from '../../record-id.ts'
import { RestError } from '../../rest/error.ts'
import type { Json, JsonObject } from '../../rest/json.ts'
import { readSoapCall, type SoapCall, soapUserInfo } from '../../rest/soap.ts'
import { readApiVersion } from '../../rest/versions.ts'
import type { AccessTokenStore } from '../../tokens/access-token.ts'
import { unstored } from '../answer.ts'
import type { BearerAccess, ReadBearer } from '../bearer.ts'
import { escapeXml } from '../format.ts'
import type { Reply } from '../reply.ts'
import { largestBody } from '../request.ts'
import type { Answer, Refused, ShowRefusal, Visit } from '../visit.ts'

interface Needs {
  readonly readBearer: ReadBearer
  readonly accessTokens: Pick<AccessTokenStore, 'revoke'>
  readonly login: SoapLogin
  readonly now: () => Date
}

const noParameters: ReadonlyMap<string, string> = new Map()

/** The SOAP API, as far as clients sign in by it, ask it who they are, and sign out by it. */
export function soapAnswer({ readBearer, accessTokens, login, now }: Needs): Answer {
  return async (visit) => {
    visit.checks.flow = 'soap'
    const call = await readSoapCall(await readEnvelope(visit))
    const { operation, sessionId } = call
    if (operation === 'login') return signedIn(visit, call)
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

  async function signedIn(visit: Visit, { username, password }: SoapCall): Promise<Reply> {
    visit.checks.flow = 'soap-login'
    const { api, version } = askedApi(visit)
    const session = await login({ ...visit, username, password, version }, visit.checks)
    const { sessionId, user, org, instanceUrl } = session
    const address = (kind: string) => `${instanceUrl}/services/Soap/${kind}/${version}/${id15(org.id)}`
    const result = elements({
      metadataServerUrl: address('m'),
      passwordExpired: false,
      sandbox: org.type !== 'production',
      serverUrl: address(api),
      sessionId,
      userId: user.id,
    })
    const userInfo = `<userInfo>${elements(soapUserInfo(user, org))}</userInfo>`
    return envelope(visit, `<loginResponse><result>${result}${userInfo}</result></loginResponse>`)
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

/** Which of the SOAP APIs is asked for, and in which version. @throws {RestError} for a version that is none */
function askedApi({ request }: Visit): { readonly api: string; readonly version: string } {
  const [, , , api = '', version = ''] = request.path.split('/')
  return { api, version: readApiVersion(`v${version}`) }
}

/** How the SOAP API refuses: a fault. */
export const soapRefusal: ShowRefusal = (error, visit) => {
  const { code, message } = error instanceof RestError ? wordsOf(error) : loginWordsOf(error)
  const fault = `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${escapeXml(`${code}: ${message}`)}</faultstring>`
  const detail = `<detail><sf:${faultType(code)} xsi:type="sf:${faultType(code)}"><sf:exceptionCode>${code}</sf:exceptionCode><sf:exceptionMessage>${escapeXml(message)}</sf:exceptionMessage></sf:${faultType(code)}></detail>`
  return envelope(visit, `${fault}${detail}</soapenv:Fault>`, 500)
}

interface FaultWords {
  readonly code: string
  readonly message: string
}

/** Clients know a dead session by its code, so every one is told in that. */
function wordsOf({ status, errorCode, message, refusal }: RestError): FaultWords {
  if (status === 401) {
    return { code: 'INVALID_SESSION_ID', message: 'Invalid Session ID found in SessionHeader: Illegal Session' }
  }
  if (refusal.reason === 'version-unknown') {
    return { code: 'UNSUPPORTED_API_VERSION', message: `Invalid Api version specified on URL: ${refusal.facts.found}` }
  }
  return { code: errorCode, message }
}

const invalidLogin = 'Invalid username, password, security token; or user locked out.'

/**
 * Whoever sends a name and a password is told one thing for nearly all that may be wrong with them. As at Salesforce, only
 * somebody who has the password right hears that the token behind it is missing, or that the user may not use the API.
 */
function loginWordsOf({ description, refusal: { reason } }: Exclude<Refused, RestError>): FaultWords {
  switch (reason) {
    case 'security-token-missing':
      return {
        code: 'LOGIN_MUST_USE_SECURITY_TOKEN',
        message: `${invalidLogin} Are you at a new location? When accessing Salesforce--either via a desktop client or the API--from outside of your company’s trusted networks, you must add a security token to your password to log in.`,
      }
    case 'api-not-enabled':
      return { code: 'API_CURRENTLY_DISABLED', message: 'API is disabled for this User' }
    case 'login-rate-exceeded':
      return { code: 'LOGIN_RATE_EXCEEDED', message: 'Login Rate Exceeded' }
    case 'password-busy':
      return { code: 'SERVER_UNAVAILABLE', message: description }
    default:
      return { code: 'INVALID_LOGIN', message: invalidLogin }
  }
}

const faultTypes: ReadonlyMap<string, string> = new Map([
  ['INVALID_LOGIN', 'LoginFault'],
  ['LOGIN_RATE_EXCEEDED', 'LoginFault'],
  ['LOGIN_MUST_USE_SECURITY_TOKEN', 'LoginFault'],
  ['INVALID_OPERATION', 'UnexpectedErrorFault'],
  ['INVALID_SESSION_ID', 'UnexpectedErrorFault'],
])

function faultType(code: string): string {
  return faultTypes.get(code) ?? 'ApiFault'
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
