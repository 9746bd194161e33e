import { done, refused } from '../../../problem.ts'
import { confirmationProblem, confirmPassword } from '../../../sessions/confirm-password.ts'
import { changeOwnPassword } from '../../../sessions/own-password.ts'
import { resetSecurityToken } from '../../../users/security-token.ts'
import type { User } from '../../../users/user.ts'
import { Card, Copyable, Details, Notice } from '../blocks.tsx'
import { type Field, password } from '../field.tsx'
import { formPage, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
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
} from '../users/user-access.tsx'
import { UserDetails } from '../users/user-details.tsx'
import { appLauncher } from './app-launcher.tsx'
import { ownAuthenticator } from './authenticator.tsx'

const right = 'personal settings'
const appsPath = '/personal/oauth-connected-apps'
const sessionsPath = '/personal/sessions'
const historyPath = '/personal/login-history'
const passwordPath = '/personal/password'
const securityTokenPath = '/personal/security-token'
const loginsShown = 100

const details = page('/personal', right, async (visit) => {
  const { user, profile, at } = visit
  return shown(visit, {
    title: 'Advanced User Details',
    lead: 'What this org knows of you. An admin changes it.',
    place: '/personal',
    actions: [
      { href: appsPath, label: 'OAuth Connected Apps' },
      { href: sessionsPath, label: 'My Sessions' },
      { href: passwordPath, label: 'Change My Password' },
      { href: securityTokenPath, label: 'Reset My Security Token' },
    ],
    children: (
      <Card title="User Detail">
        <UserDetails user={user} at={at} profile={profile.name} />
      </Card>
    ),
  })
})

const apps = page(appsPath, right, async (visit) =>
  shown(visit, {
    title: 'OAuth Connected Apps',
    lead: 'The apps that may act for you. Revoke what you do not use any more: it can be let in again.',
    place: appsPath,
    children: (
      <>
        <Card title="Apps">
          <OwnApps apps={await appsOf(visit, visit.user)} revoke={(appId) => `${appsPath}/${appId}/revoke`} />
        </Card>
        <Card title="Refresh Tokens">
          <OwnRefreshTokens
            tokens={await refreshTokensOf(visit, visit.user)}
            revoke={(id) => `${appsPath}/tokens/${id}/revoke`}
          />
        </Card>
      </>
    ),
  }),
)

const sessions = page(sessionsPath, right, async (visit) =>
  shown(visit, {
    title: 'My Sessions',
    lead: 'Where you are signed in, and the access tokens of apps that act for you. End what you do not know.',
    place: sessionsPath,
    children: (
      <Card title="Sessions">
        <OwnSessions sessions={await sessionsOf(visit, visit.user)} end={(id) => `${sessionsPath}/${id}/end`} />
      </Card>
    ),
  }),
)

const history = page(historyPath, right, async (visit) => {
  const { stores, org, user } = visit
  const entries = await stores.loginHistory.list(org.id, { userId: user.id }, { limit: loginsShown })
  return shown(visit, {
    title: 'My Login History',
    lead: `Your last ${loginsShown} attempts to sign in, and those of apps that act for you. Something you do not know? Change your password.`,
    place: historyPath,
    children: (
      <Card title="Attempts">
        <LoginTable entries={entries} />
      </Card>
    ),
  })
})

function passwordPage({ passwords, now }: Pick<SetupNeeds, 'passwords' | 'now'>): readonly SetupRoute[] {
  return formPage<User, { currentPassword: Field<string>; password: Field<string> }>({
    path: passwordPath,
    right,
    find: async ({ user }) => user,
    fields: (_, { org }) => ({
      currentPassword: password({
        label: 'Current Password',
        help: 'A wrong one counts like a wrong one at sign-in: too many lock you out.',
        autocomplete: 'current-password',
      }),
      password: password({
        label: 'New Password',
        help: `At least ${org.settings.minimumPasswordLength} characters, and not your username.`,
        autocomplete: 'new-password',
      }),
    }),
    show: (form) => ({
      title: 'Change My Password',
      lead: 'Your other browser sessions end. Apps that act for you go on.',
      place: passwordPath,
      inside: (
        <Card title="Password">
          {form.field('currentPassword')}
          {form.field('password')}
        </Card>
      ),
    }),
    submit: 'Change Password',
    cancel: () => '/personal',
    async act(entered, user, { stores, org, session, site, sourceIp, userAgent, checks }) {
      const change = { org, user, session, sourceIp, loginUrl: site.base, userAgent }
      const outcome = await changeOwnPassword({ ...stores, passwords, now }, change, entered, checks)
      return outcome.ok ? done({ to: '/personal', say: 'Your password is changed.' }) : outcome
    },
  })
}

function securityTokenPage({ passwords, now }: Pick<SetupNeeds, 'passwords' | 'now'>): readonly SetupRoute[] {
  return formPage<User, { currentPassword: Field<string> }>({
    path: securityTokenPath,
    right,
    find: async ({ user }) => user,
    fields: () => ({
      currentPassword: password({
        label: 'Current Password',
        help: 'A wrong one counts like a wrong one at sign-in: too many lock you out.',
        autocomplete: 'current-password',
      }),
    }),
    show: (form) => ({
      title: 'Reset My Security Token',
      lead: 'What a program that signs in with your name and password writes behind the password, when it runs at an address that your org does not trust.',
      place: securityTokenPath,
      inside: (
        <Card title="What it means">
          <div class="stack">
            <p>
              A new token is made and shown once: this server sends no mail. The one before ends at once, and with it
              whatever signs in by it. Changing your password ends it, too.
            </p>
            {form.field('currentPassword')}
          </div>
        </Card>
      ),
    }),
    submit: 'Reset Security Token',
    cancel: () => '/personal',
    async act({ currentPassword }, user, visit) {
      const { stores, org, site, sourceIp, userAgent, checks } = visit
      const confirmation = { org, user, password: currentPassword, sourceIp, loginUrl: site.base, userAgent }
      const unconfirmed = await confirmPassword({ ...stores, passwords, now }, confirmation, checks)
      if (unconfirmed !== undefined) {
        return refused({ field: 'currentPassword', message: confirmationProblem(unconfirmed) })
      }
      const token = await resetSecurityToken({ users: stores.users, now }, user)
      return shown(visit, {
        title: 'Your New Security Token',
        place: securityTokenPath,
        children: (
          <Card title="Security Token">
            <div class="stack">
              <Notice look="warning">Take it down now: it is not kept, and cannot be shown again.</Notice>
              <Details rows={[['Security Token', <Copyable text={token} label="security token" />]]} />
              <p>
                A program sends password and token as one text, with nothing between.{' '}
                <a href="/personal">Back to your details</a>
              </p>
            </div>
          </Card>
        ),
      })
    },
  })
}

const access: AccessPlace = {
  place: '/personal',
  right,
  find: async ({ user }) => user,
  crumbs: () => [],
  revoke: `${appsPath}/:app/revoke`,
  revokeToken: `${appsPath}/tokens/:refreshToken/revoke`,
  end: `${sessionsPath}/:orgSession/end`,
  back: (_, from) => (from === 'apps' ? appsPath : sessionsPath),
}

/** What everybody who is signed in can see of themselves, and do about it. */
export function personalPages(needs: Pick<SetupNeeds, 'seal' | 'passwords' | 'now'>): readonly SetupRoute[] {
  return [
    ...details,
    ...apps,
    ...sessions,
    ...history,
    ...appLauncher,
    ...ownAuthenticator(needs),
    ...passwordPage(needs),
    ...securityTokenPage(needs),
    ...accessPages(access, needs),
  ]
}
