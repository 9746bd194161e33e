import { done } from '../../../problem.ts'
import { newTemporaryCode } from '../../../sessions/temporary-code.ts'
import type { VerificationMethods } from '../../../sessions/verification.ts'
import { displayName, type User } from '../../../users/user.ts'
import { Badge, Card, Copyable, Details, Instant } from '../blocks.tsx'
import { whole } from '../field.tsx'
import { confirmPage, formPage, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { findUser } from './user-forms.tsx'

const place = '/setup/users'
const right = 'manage users'
const pathOf = (user: User) => `${place}/${user.id}`
const crumbsOf = (user: User) => [{ href: pathOf(user), label: displayName(user) }]

interface CardProps {
  readonly user: User
  readonly methods: VerificationMethods | undefined
  readonly at: Date
}

/** What a user verifies their identity with, and what an admin can do about it. */
export function IdentityVerification({ user, methods, at }: CardProps) {
  const { authenticator, temporaryCode, lockedUntil } = methods ?? {}
  const hasCode = temporaryCode !== undefined && temporaryCode.expiresAt > at
  const own = pathOf(user)
  return (
    <Card title="Identity Verification" id="identity-verification">
      <Details
        rows={[
          [
            'App Registration: One-Time Password Generator',
            authenticator === undefined ? (
              'None'
            ) : (
              <>
                Connected since <Instant at={authenticator.registeredAt} />.{' '}
                <a href={`${own}/disconnect-authenticator`}>Disconnect</a>
              </>
            ),
          ],
          [
            'Temporary Verification Code',
            <>
              {hasCode && (
                <>
                  Expires <Instant at={temporaryCode.expiresAt} />.{' '}
                  <a href={`${own}/expire-temporary-code`}>Expire Now</a>{' '}
                </>
              )}
              <a href={`${own}/temporary-code`}>Generate</a>
            </>,
          ],
          lockedUntil !== undefined && lockedUntil > at
            ? [
                'Locked',
                <Badge look="error">{`No more tries until ${lockedUntil.toISOString().slice(11, 16)} UTC`}</Badge>,
              ]
            : undefined,
        ]}
      />
    </Card>
  )
}

/** *Disconnect*, *Generate* and *Expire Now*. */
export function identityVerificationPages({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return [
    ...confirmPage<User>({
      path: `${place}/:user/disconnect-authenticator`,
      right,
      find: findUser,
      show: (user) => ({
        title: `Disconnect the Authenticator App of ${user.username}`,
        place,
        crumbs: crumbsOf(user),
        consequences: (
          <p>
            The codes of the app are worth nothing from then on. Where multi-factor authentication is asked for, whoever
            has the password is asked to connect an app of theirs at the next sign-in: be sure who asks you for this.
          </p>
        ),
        button: 'Disconnect',
        isDestructive: true,
        cancel: pathOf(user),
      }),
      async act(user, { stores }) {
        await stores.verifications.removeAuthenticator(user.id)
        return done({ to: pathOf(user), say: `The authenticator app of ${user.username} is disconnected.` })
      },
    }),
    ...confirmPage<User>({
      path: `${place}/:user/expire-temporary-code`,
      right,
      find: findUser,
      show: (user) => ({
        title: `Expire the Temporary Code of ${user.username}`,
        place,
        crumbs: crumbsOf(user),
        consequences: <p>The code is worth nothing from then on.</p>,
        button: 'Expire Now',
        isDestructive: true,
        cancel: pathOf(user),
      }),
      async act(user, { stores }) {
        await stores.verifications.setTemporaryCode(user.id, undefined)
        return done({ to: pathOf(user), say: `The temporary code of ${user.username} has expired.` })
      },
    }),
    ...formPage({
      path: `${place}/:user/temporary-code`,
      right,
      find: findUser,
      fields: () => ({
        hours: whole({
          label: 'Expires After',
          unit: 'hours',
          isRequired: true,
          help: '1 to 24. Until then it verifies the user’s identity as often as they need it.',
        }),
      }),
      start: () => ({ hours: 1 }),
      show: (form, user) => ({
        title: 'Generate a Temporary Verification Code',
        kind: user.username,
        lead: 'For a user who cannot get at their authenticator app. Be sure that it is the user who asks you.',
        place,
        crumbs: crumbsOf(user),
        inside: <Card title="Code">{form.field('hours')}</Card>,
      }),
      submit: 'Generate',
      cancel: pathOf,
      async act({ hours = 0 }, user, visit) {
        const outcome = await newTemporaryCode({ ...visit.stores, now }, user, hours)
        return outcome.ok ? showCode(visit, user, outcome.value) : outcome
      },
    }),
  ]
}

function showCode(visit: SetupVisit, user: User, { code, expiresAt }: { code: string; expiresAt: Date }) {
  return shown(visit, {
    title: 'Temporary Verification Code',
    kind: user.username,
    lead: 'It is shown this once. Tell it to the user by a way that you trust.',
    place,
    crumbs: crumbsOf(user),
    children: (
      <Card title="Code">
        <Details
          rows={[
            ['Code', <Copyable text={code} label="code" />],
            ['Expires', <Instant at={expiresAt} />],
          ]}
        />
        <p>
          <a href={pathOf(user)}>Back to the user</a>
        </p>
      </Card>
    ),
  })
}
