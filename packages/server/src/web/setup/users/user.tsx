import { done, type Outcome } from '../../../problem.ts'
import { changeUser } from '../../../users/change-user.ts'
import { freezeUser } from '../../../users/freeze-user.ts'
import { displayName, type User } from '../../../users/user.ts'
import { Card, EmptyState } from '../blocks.tsx'
import { type Asked, confirmPage, notFound, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { IdentityVerification } from './identity-verification.tsx'
import {
  type AccessPlace,
  accessPages,
  appsOf,
  LoginTable,
  OwnApps,
  OwnRefreshTokens,
  OwnSessions,
  refreshTokensOf,
  sessionsOf,
} from './user-access.tsx'
import { UserDetails } from './user-details.tsx'
import { findUser } from './user-forms.tsx'
import { isLockedOut } from './user-state.tsx'

const path = '/setup/users'
const manage = 'manage users'

const view = page(`${path}/:user`, 'view setup', async (visit) => {
  const user = await findUser(visit)
  if (user === undefined) return notFound(visit)
  const { stores, org, can, at } = visit
  const own = `${path}/${user.id}`
  const [profile, sets] = await Promise.all([
    stores.profiles.find(user.profileId),
    Promise.all(user.permissionSetIds.map((id) => stores.permissionSets.find(id))),
  ])
  const canManage = can(manage)
  return shown(visit, {
    title: displayName(user),
    kind: 'User',
    place: path,
    actions: canManage
      ? [
          { href: `${own}/edit`, label: 'Edit', look: 'brand' },
          user.id === visit.user.id
            ? { href: '/personal/password', label: 'Change My Password' }
            : { href: `${own}/reset-password`, label: 'Reset Password' },
          isLockedOut(user, at) ? { href: `${own}/unlock`, label: 'Unlock' } : undefined,
          user.isFrozen
            ? { href: `${own}/unfreeze`, label: 'Unfreeze' }
            : { href: `${own}/freeze`, label: 'Freeze', look: 'destructive' },
          user.isActive
            ? { href: `${own}/deactivate`, label: 'Deactivate', look: 'destructive' }
            : { href: `${own}/activate`, label: 'Activate' },
        ]
      : [],
    children: (
      <>
        <Card title="Details">
          <UserDetails
            user={user}
            at={at}
            profile={<a href={`/setup/profiles/${user.profileId}`}>{profile?.name}</a>}
          />
        </Card>
        <Card
          title="Permission Set Assignments"
          action={
            canManage && (
              <a class="slds-button slds-button_neutral" href={`${own}/permission-sets`}>
                Edit Assignments
              </a>
            )
          }
        >
          {sets.length === 0 ? (
            <EmptyState title="No permission set" />
          ) : (
            <ul class="slds-list_dotted">
              {sets
                .filter((set) => set !== undefined)
                .map(({ id, label }) => (
                  <li>
                    <a href={`/setup/permission-sets/${id}`}>{label}</a>
                  </li>
                ))}
            </ul>
          )}
        </Card>
        {canManage && <IdentityVerification user={user} methods={await stores.verifications.find(user.id)} at={at} />}
        {canManage && <Access user={user} {...(await accessOf(visit, user, org.id))} />}
      </>
    ),
  })
})

async function accessOf(visit: SetupVisit, user: User, orgId: string) {
  const [apps, refreshTokens, sessions, logins] = await Promise.all([
    appsOf(visit, user),
    refreshTokensOf(visit, user),
    sessionsOf(visit, user),
    visit.stores.loginHistory.list(orgId, { userId: user.id }, { limit: 10 }),
  ])
  return { apps, refreshTokens, sessions, logins }
}

interface AccessProps extends Awaited<ReturnType<typeof accessOf>> {
  readonly user: User
}

function Access({ user, apps, refreshTokens, sessions, logins }: AccessProps) {
  const own = `${path}/${user.id}`
  return (
    <>
      <Card title="OAuth Connected Apps" id="apps">
        <OwnApps apps={apps} revoke={(appId) => `${own}/revoke/${appId}`} />
      </Card>
      <Card title="Refresh Tokens" id="refresh-tokens">
        <OwnRefreshTokens tokens={refreshTokens} revoke={(id) => `${own}/revoke-token/${id}`} />
      </Card>
      <Card title="Sessions" id="sessions">
        <OwnSessions sessions={sessions} end={(id) => `${own}/end/${id}`} />
      </Card>
      <Card
        title="Login History"
        action={
          <a
            class="slds-button slds-button_neutral"
            href={`/setup/login-history?user=${encodeURIComponent(user.username)}`}
          >
            View All
          </a>
        }
      >
        <LoginTable entries={logins} />
      </Card>
    </>
  )
}

/** A page that asks before it does something about a user. */
function act(
  name: string,
  show: (user: User) => Pick<Asked, 'title' | 'consequences' | 'button' | 'isDestructive'>,
  doIt: (user: User, visit: SetupVisit) => Promise<Outcome<unknown>>,
  say: string,
): readonly SetupRoute[] {
  return confirmPage<User>({
    path: `${path}/:user/${name}`,
    right: manage,
    find: findUser,
    show: (user) => ({
      ...show(user),
      place: path,
      crumbs: [{ href: `${path}/${user.id}`, label: displayName(user) }],
      cancel: `${path}/${user.id}`,
    }),
    async act(user, visit) {
      const outcome = await doIt(user, visit)
      if (!outcome.ok) return outcome
      return done({ to: `${path}/${user.id}`, say: `${user.username} ${say}` }, outcome.warnings)
    },
  })
}

function acts({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return [
    ...act(
      'freeze',
      ({ username }) => ({
        title: `Freeze ${username}`,
        consequences: (
          <p>
            The user cannot come in for now, and every session and token of theirs ends at once. Unfreezing lets them in
            again; what ended stays ended.
          </p>
        ),
        button: 'Freeze',
        isDestructive: true,
      }),
      (user, { stores, actor }) => freezeUser(stores, user, actor.user),
      'is frozen.',
    ),
    ...act(
      'unfreeze',
      ({ username }) => ({
        title: `Unfreeze ${username}`,
        consequences: <p>The user may come in again, and has to sign in and let apps in anew.</p>,
        button: 'Unfreeze',
        isDestructive: false,
      }),
      async ({ id }, { stores }) => done(await stores.users.setFrozen(id, false)),
      'may come in again.',
    ),
    ...act(
      'unlock',
      ({ username }) => ({
        title: `Unlock ${username}`,
        consequences: (
          <p>
            The user may try their password again at once. If it was not they who failed, give them a new one instead.
          </p>
        ),
        button: 'Unlock',
        isDestructive: false,
      }),
      async ({ id }, { stores }) => done(await stores.users.unlock(id)),
      'is unlocked.',
    ),
    ...act(
      'deactivate',
      ({ username }) => ({
        title: `Deactivate ${username}`,
        consequences: (
          <p>
            The user cannot come in, and every session and token of theirs ends at once, for good: programs that act for
            them fail from now on. Users are never deleted, so that what they did stays theirs.
          </p>
        ),
        button: 'Deactivate',
        isDestructive: true,
      }),
      (user, { stores, actor }) => changeUser({ ...stores, now, actor }, user, { isActive: false }),
      'is deactivated.',
    ),
    ...act(
      'activate',
      ({ username }) => ({
        title: `Activate ${username}`,
        consequences: <p>The user may come in again. What they had open before stays ended.</p>,
        button: 'Activate',
        isDestructive: false,
      }),
      (user, { stores, actor }) => changeUser({ ...stores, now, actor }, user, { isActive: true }),
      'is active again.',
    ),
  ]
}

const access: AccessPlace = {
  place: path,
  right: manage,
  find: findUser,
  crumbs: (user) => [{ href: `${path}/${user.id}`, label: displayName(user) }],
  revoke: `${path}/:user/revoke/:app`,
  revokeToken: `${path}/:user/revoke-token/:refreshToken`,
  end: `${path}/:user/end/:orgSession`,
  back: ({ id }) => `${path}/${id}`,
}

/** A user's page: who they are, what acts for them, and what can be done about it. */
export function userPages(needs: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return [...view, ...acts(needs), ...accessPages(access, needs)]
}
