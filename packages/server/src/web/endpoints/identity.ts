import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import type { CustomClaims, CustomClaimsOf } from '../../connected-apps/custom-claims.ts'
import { covers } from '../../connected-apps/scope.ts'
import { refusal } from '../../oauth/refusal.ts'
import {
  findIdentity,
  type IdentityRefusal,
  identityDocument,
  readIdentityPath,
  readIdentityVersion,
  statusOfIdentityRefusal,
} from '../../oidc/identity-url.ts'
import { userinfo } from '../../oidc/userinfo.ts'
import type { Addresses } from '../../orgs/address.ts'
import type { Org } from '../../orgs/org.ts'
import { latestVersion } from '../../rest/versions.ts'
import type { AccessToken } from '../../tokens/access-token.ts'
import { isAboutKey } from '../../tokens/dpop.ts'
import { hasPermission } from '../../users/permissions.ts'
import type { PermissionSetStore, ProfileStore } from '../../users/profile.ts'
import type { User, UserStore } from '../../users/user.ts'
import { unstored } from '../answer.ts'
import type { ReadBearer } from '../bearer.ts'
import { bearerChallenge, bearerCode, bearerStatuses } from '../bearer-refusal.ts'
import { chooseFormat, type Document, readCallback, readPrettyPrint, writeBody } from '../format.ts'
import type { Reply } from '../reply.ts'
import { readParameters } from '../request.ts'
import type { Answer, ShowRefusal, Visit } from '../visit.ts'

interface Needs {
  readonly readBearer: ReadBearer
  readonly users: Pick<UserStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly apps: Pick<ConnectedAppStore, 'find' | 'findPolicies'>
  readonly customClaims: CustomClaimsOf
  readonly addresses: Pick<Addresses, 'baseOf'>
  readonly updatedAtIsNumber: boolean
  readonly now: () => Date
}

// Any of these opens the identity service; one of them comes with every token that a person approved.
const identityScopes = ['id', 'openid'] as const

/** `GET|POST /services/oauth2/userinfo` */
export function userinfoAnswer(needs: Needs): Answer {
  const { readBearer, apps, addresses, updatedAtIsNumber, now } = needs
  return async (visit) => {
    const parameters = await readParameters(visit)
    const { token, user, org } = await identify(readBearer, visit, parameters)
    const policies = await apps.findPolicies(token.appId, org.id)
    const document = userinfo({
      user,
      addresses: { loginBase: visit.site.loginBase, orgBase: addresses.baseOf(org, visit.site) },
      scopes: token.scopes,
      isAppInstalled: policies?.isInstalled === true,
      mobilePolicy: policies?.mobilePolicy,
      updatedAtIsNumber,
      customClaims: await customClaimsOf(needs, token, { user, org }),
      now: now(),
    })
    return write(visit, parameters, document)
  }
}

/** `GET|POST /id/<org>/<user>` */
export function identityAnswer(needs: Needs): Answer {
  const { readBearer, users, profiles, permissionSets, apps, addresses, now } = needs
  return async (visit) => {
    const parameters = await readParameters(visit)
    const { token, user: caller, org } = await identify(readBearer, visit, parameters)
    const profile = await profiles.find(caller.profileId)
    const isApiEnabled = profile !== undefined && (await hasPermission(permissionSets, caller, profile, 'ApiEnabled'))
    const asked = { ...token, isApiEnabled }
    const finding = await findIdentity(readIdentityPath(visit.request.path), asked, users)
    if (!finding.ok) return refuseIdentity(finding.refusal)
    const version = readIdentityVersion(parameters.get('version'), latestVersion)
    if (!version.ok) return refuseIdentity('Invalid_Version')
    const policies = await apps.findPolicies(token.appId, org.id)
    const document = identityDocument({
      user: finding.user,
      addresses: { loginBase: visit.site.loginBase, orgBase: addresses.baseOf(org, visit.site) },
      identityBase: visit.site.base,
      scopes: token.scopes,
      isAsserted: finding.isAsserted,
      isAppInstalled: policies?.isInstalled === true,
      mobilePolicy: policies?.mobilePolicy,
      pushServiceType: (await apps.find(token.appId))?.mobile.pushServiceType,
      customClaims: await customClaimsOf(needs, token, { user: finding.user, org }),
      version: version.version,
      now: now(),
    })
    return write(visit, parameters, document)
  }
}

/** The custom attributes of the token's app; its custom permissions with the scope for them alone. */
async function customClaimsOf(
  { apps, customClaims }: Pick<Needs, 'apps' | 'customClaims'>,
  { appId, scopes }: AccessToken,
  subject: { readonly user: User; readonly org: Org },
): Promise<CustomClaims> {
  const app = await apps.find(appId)
  if (app === undefined) return {}
  return customClaims(app, subject, {
    attributes: true,
    permissions: scopes.includes('custom_permissions'),
    context: 'USERID_ENDPOINT',
  })
}

/** How the identity services refuse: one word as text, or 401 with a challenge where the RFCs are followed (RFC 6750 §3). */
export function identityRefusal(usesRfcStatuses: boolean): ShowRefusal {
  return (error) => {
    // What went wrong, and how to do it right, stands in the challenge (RFC 9449 §7.1).
    if (isAboutKey(error.refusal.reason)) return text('', 401)
    if (error.refusal.reason === 'https-required') return refuseIdentity('HTTPS_Required')
    const isMissing = error.refusal.reason === 'token-missing'
    if (!usesRfcStatuses) return refuseIdentity(isMissing ? 'Missing_OAuth_Token' : 'Bad_OAuth_Token')
    return text('', bearerStatuses[bearerCode(error)], { 'www-authenticate': bearerChallenge(error) })
  }
}

/** @throws {OAuthError} */
async function identify(readBearer: ReadBearer, visit: Visit, parameters: ReadonlyMap<string, string>) {
  const access = await readBearer(visit, parameters)
  if (!access.ok) throw refusal(access.refusal)
  const { scopes } = access.token
  if (!identityScopes.some((scope) => covers(scopes, scope))) {
    throw refusal({ reason: 'scope-missing', facts: { needed: 'id', granted: scopes } })
  }
  return access
}

function write(visit: Visit, parameters: ReadonlyMap<string, string>, document: Document): Reply {
  const { request } = visit
  const callback = readCallback(parameters.get('callback'), parameters.get('format'))
  if (!callback.ok) return refuseIdentity('Invalid_Callback')
  const format = chooseFormat(parameters.get('format'), request.header('accept'), ['json', 'xml', 'urlencoded'])
  const isPretty = readPrettyPrint(request.header('prettyprint') ?? request.header('x-prettyprint'))
  const body = writeBody(document, { format, root: 'user', isPretty, callback: callback.callback })
  return text(body.text, 200, { 'content-type': body.contentType })
}

function refuseIdentity(word: IdentityRefusal): Reply {
  return text(word, statusOfIdentityRefusal(word))
}

function text(body: string, status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain;charset=UTF-8', ...unstored, ...headers }, body }
}
