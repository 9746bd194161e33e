import type { Site } from '../orgs/address.ts'
import type { OrgStore } from '../orgs/org.ts'
import type { Session } from '../sessions/session.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { UserStore } from '../users/user.ts'
import type { Person } from './admission.ts'

/** Whom the browser is signed in as. */
export interface SignedIn extends Person {
  readonly session: Session
}

/** What is known of the browser that asks. */
export interface Browser {
  readonly session: Session | undefined
  readonly sourceIp: string
  readonly userAgent: string
}

/** Says who is there; `undefined` when nobody is signed in at this address. */
export type WhoIsThere = (session: Session | undefined, site: Site) => Promise<SignedIn | undefined>

interface Needs {
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
}

/** Who is there, by what is stored. On an org's own address only its own people are signed in. */
export function whoIsThere({ users, orgs, profiles }: Needs): WhoIsThere {
  return async (session, site) => {
    if (session === undefined || (site.org !== undefined && site.org.id !== session.orgId)) return undefined
    const [org, user] = await Promise.all([orgs.find(session.orgId), users.find(session.userId)])
    const profile = user === undefined ? undefined : await profiles.find(user.profileId)
    if (org === undefined || user === undefined || profile === undefined) return undefined
    return { session, org, user, profile }
  }
}
