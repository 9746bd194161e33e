import { checkAddress, checkUser } from '../connected-apps/access.ts'
import type { AppAccess } from '../connected-apps/app-access.ts'
import type { AppPolicies, ConnectedApp } from '../connected-apps/connected-app.ts'
import { freesAddress } from '../connected-apps/ip-relaxation.ts'
import type { PartnerRulesOf } from '../connected-apps/partner-app.ts'
import { requestedScopes, type Scope } from '../connected-apps/scope.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import type { SessionOrigin } from '../sessions/session.ts'
import type { Profile } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import type { Refusal } from './refusal.ts'

/** Somebody who has said who they are. */
export interface Person {
  readonly org: Org
  readonly user: User
  readonly profile: Profile
  /** The browser session in which they did. */
  readonly session: SessionOrigin
}

/** Whether a person may let an app in, with which scopes, and whether an admin has said yes already. */
export type Admission =
  | {
      readonly ok: true
      readonly scopes: readonly Scope[]
      readonly policies: AppPolicies
      readonly preApproved: boolean
    }
  /** `isMendedByVerifying`: nothing else would stand in the way, once the person verified their identity. */
  | { readonly ok: false; readonly refusal: Refusal; readonly isMendedByVerifying?: true }

/** Works out an {@link Admission}: the same whether the person signed in here or in the app. */
export type Admit = (
  request: AuthorizeRequest,
  person: Person,
  sourceIp: string,
  checks: Checklist,
) => Promise<Admission>

interface Needs {
  readonly appAccess: AppAccess
  readonly partnerRules: PartnerRulesOf
  /** Whether a user has something to verify their identity with. */
  readonly canVerify: (userId: string) => Promise<boolean>
  readonly now: () => Date
}

/** What every authorize request is held to once it is known who is there. */
export function admission({ appAccess, partnerRules, canVerify, now }: Needs): Admit {
  return async (request, { org, user, profile, session }, sourceIp, checks) => {
    const { app, responseType } = request
    const unwelcome = checkUser({ org, user, profile, now: now() }, checks)
    if (unwelcome !== undefined) return refused(unwelcome)
    const access = await appAccess({ org, user, profile, app }, checks)
    if (!access.granted) return refused(access.refusal)
    const { policies, preApproved } = access
    const isVerified = session.level === 'HIGH_ASSURANCE'
    const relaxation = { app, policies, flow: 'web-server', sourceIp } as const
    if (freesAddress({ ...relaxation, isVerified })) pass(checks, 'address', { relaxedBy: app.label })
    else {
      const elsewhere = checkAddress({ profile, sourceIp }, checks)
      const isMended = freesAddress({ ...relaxation, isVerified: true }) && (await canVerify(user.id))
      if (elsewhere !== undefined)
        return isMended ? { ...refused(elsewhere), isMendedByVerifying: true } : refused(elsewhere)
    }
    if (policies.requiresHighAssurance && !isVerified) {
      const isRaised = policies.assuranceAction === 'RaiseSessionLevel'
      const facts = { app: app.label, because: isRaised ? 'silent' : 'block' } as const
      const tooLow = refused({ reason: 'session-level-too-low', facts })
      return isRaised ? { ...tooLow, isMendedByVerifying: true } : tooLow
    }
    if (policies.requiresHighAssurance) pass(checks, 'assurance', { level: session.level })
    // At the login host nobody knew until now whose person this is.
    const closed = responseType.checkOrg(org, app)
    if (closed !== undefined) return refused(closed)
    const isUnproven = responseType.usesPkce && request.codeChallenge === undefined
    const requiredBy = isUnproven ? await pkceRequiredBy(app, org) : undefined
    if (requiredBy !== undefined) {
      return refused({ reason: 'challenge-missing', facts: { app: app.label, requiredBy } })
    }
    const asked = requestedScopes(request.scope, app.scopes)
    if (!asked.ok) {
      const found = [...asked.unknown, ...asked.notOfApp]
      return refused({
        reason: 'scope-not-allowed',
        facts: { app: app.label, found, allowed: app.scopes, by: 'app' },
      })
    }
    const unfit = responseType.checkScopes(asked.scopes, app)
    if (unfit !== undefined) return refused(unfit)
    pass(checks, 'scope', { scopes: asked.scopes })
    return { ok: true, scopes: asked.scopes, policies, preApproved }
  }

  /** Who in the person's own org wants a challenge. */
  async function pkceRequiredBy(app: ConnectedApp, org: Org): Promise<string | undefined> {
    if (org.settings.isPkceRequired) return 'the org'
    const { needsPkce } = await partnerRules(app, org)
    return needsPkce ? 'the release update requirePkceOfPartnerApps, of apps that more than two orgs use' : undefined
  }
}

function refused(refusal: Refusal): Extract<Admission, { ok: false }> {
  return { ok: false, refusal }
}
