import type { AccessToken } from './access-token.ts'
import { webSessionsIn } from './web-sessions.ts'

/** What a token must be to be of use. */
export interface TokenNeeds {
  /** Whether the answer must say where the API is, as Salesforce always does. */
  readonly needsInstanceUrl: boolean
  /** Whether a key was shown, to which the token is to be bound (RFC 9449). */
  readonly isBound: boolean
  readonly now: Date
}

/** Why a token cannot be used, and what to do. */
export interface UnusableToken {
  readonly meaning: string
  readonly todo: string
}

type Members = ReadonlyMap<string, unknown>

/** The token that an answer holds, whatever way it came: as JSON (RFC 6749 §5.1), or in a fragment (§4.2.2). */
export function tokenOf(members: Members, accessToken: string, needs: TokenNeeds): AccessToken | UnusableToken {
  const member = (name: string) => textMember(members, name)
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    return {
      meaning: 'The access token has characters that no header may have.',
      todo: 'Look at what answers at this URL.',
    }
  }
  const tokenType = member('token_type') ?? 'Bearer'
  const wanted = needs.isBound ? 'DPoP' : 'Bearer'
  if (tokenType.toLowerCase() !== wanted.toLowerCase()) {
    return needs.isBound
      ? {
          meaning: `The token is of the type ${tokenType}: the server has not bound it to the key that was shown.`,
          todo: 'Ask without a key, or at a server that knows DPoP. Salesforce does not, nor does sallyport dev, which answers as Salesforce.',
        }
      : {
          meaning: `The token is of the type ${tokenType}, and only bearer tokens can be used here.`,
          todo: 'Ask for one.',
        }
  }
  const instanceUrl = member('instance_url')
  if (instanceUrl === undefined ? needs.needsInstanceUrl : !isApiHost(instanceUrl)) {
    return {
      meaning:
        instanceUrl === undefined
          ? 'The answer does not say where the API is: it has no instance_url.'
          : 'The instance_url of the answer is no https URL.',
      todo: 'Ask at a token endpoint of Salesforce: https://<host>/services/oauth2/token.',
    }
  }
  const issuedAtText = member('issued_at')
  const issuedAt =
    issuedAtText !== undefined && /^\d{10,15}$/.test(issuedAtText) ? new Date(Number(issuedAtText)) : needs.now
  const lifetime = members.get('expires_in')
  const seconds = typeof lifetime === 'string' ? Number(lifetime) : lifetime
  const webSessions = webSessionsIn(member, instanceUrl === undefined ? '' : new URL(instanceUrl).host)
  return {
    accessToken,
    tokenType: wanted,
    instanceUrl: instanceUrl?.replace(/\/+$/, ''),
    id: member('id'),
    scope:
      member('scope')
        ?.split(' ')
        .filter((word) => word !== '') ?? [],
    refreshToken: member('refresh_token'),
    idToken: member('id_token'),
    signature: member('signature'),
    issuedAtText,
    issuedAt,
    // From our own clock, so that it does not matter by how much the server's is off.
    expiresAt:
      typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0
        ? new Date(needs.now.getTime() + seconds * 1000)
        : undefined,
    ...(webSessions !== undefined && { webSessions }),
  }
}

/** A member that is a text with something in it. */
export function textMember(members: Members | undefined, name: string): string | undefined {
  const value = members?.get(name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isApiHost(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  const isHere = hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(hostname)
  return (protocol === 'https:' || (protocol === 'http:' && isHere)) && username === '' && password === ''
}
