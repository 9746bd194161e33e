import { refusal } from '../../oauth/refusal.ts'
import type { RegisterEndpoint, RegistrationRequest } from '../../oauth/register.ts'
import { jsonAnswer, unstored } from '../answer.ts'
import { largestBody } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'

/** `POST /services/oauth2/register` (RFC 7591) */
export function registerAnswer({ register }: RegisterEndpoint): Answer {
  return async (visit) => {
    if (visit.request.method !== 'POST') {
      throw refusal({ reason: 'method-not-post', facts: { found: visit.request.method } })
    }
    return jsonAnswer(await register(requestOf(visit), await readJson(visit)), 201)
  }
}

/** `GET`, `PUT` and `DELETE` of what a registration calls `registration_client_uri` (RFC 7592). */
export function registrationAnswer({ read, change, remove }: RegisterEndpoint): Answer {
  return async (visit) => {
    const request = requestOf(visit)
    const clientId = visit.params['client'] ?? ''
    switch (visit.request.method) {
      case 'GET':
        return jsonAnswer(await read(request, clientId))
      case 'PUT':
        return jsonAnswer(await change(request, clientId, await readJson(visit)))
      default:
        await remove(request, clientId)
        return { status: 204, headers: unstored, body: null }
    }
  }
}

function requestOf({ request, site, checks }: Visit): RegistrationRequest {
  checks.flow = 'register'
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.header('authorization') ?? '')?.[1]
  return { site, token, checks }
}

/** @throws {OAuthError} for what is no JSON, or too much of it */
async function readJson({ request }: Visit): Promise<unknown> {
  const body = await request.body(largestBody)
  if (body === 'too-large') throw refusal({ reason: 'body-too-large', facts: { limit: largestBody } })
  const text = body === 'cut-off' ? '' : body.toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    // What a parser says of it may repeat what stands in it.
    const type = (request.header('content-type') ?? 'none').slice(0, 80)
    throw refusal({ reason: 'registration-malformed', facts: { contentType: type } })
  }
}
