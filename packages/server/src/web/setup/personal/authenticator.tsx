import { refusal } from '../../../oauth/refusal.ts'
import { done, refused } from '../../../problem.ts'
import { offerAuthenticator, readOffer, registerAuthenticator } from '../../../sessions/authenticator.ts'
import { spacedSecret } from '../../../sessions/totp.ts'
import { verifyIdentity } from '../../../sessions/verify-identity.ts'
import { QrCode } from '../../pages/qr-code.tsx'
import { Badge, Card, Details, EmptyState, Instant } from '../blocks.tsx'
import { hidden, text } from '../field.tsx'
import { notTheirPassword, ownPassword } from '../own-password.ts'
import { formPage, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'

type Needs = Pick<SetupNeeds, 'seal' | 'passwords' | 'now'>

const right = 'personal settings'
const path = '/personal/authenticator'
const code = text({
  label: 'Verification Code',
  isRequired: true,
  autocomplete: 'one-time-code',
  help: 'The six digits that the app shows now. Each is taken once.',
})

/** *One-Time Password Generator*: the authenticator app with which people verify their identity. */
export function ownAuthenticator(needs: Needs): readonly SetupRoute[] {
  return [...view, ...connect(needs), ...disconnect(needs)]
}

const view = page(path, right, async (visit) => {
  const authenticator = await ownOf(visit)
  return shown(visit, {
    title: 'Authenticator App',
    lead: 'With its codes you verify your identity: at sign-in, if your org asks for it, and on the way to apps that ask for more than a password.',
    place: path,
    actions: [
      authenticator === undefined
        ? { href: `${path}/connect`, label: 'Connect', look: 'brand' }
        : { href: `${path}/disconnect`, label: 'Disconnect', look: 'destructive' },
    ],
    children: (
      <Card title="One-Time Password Generator">
        {authenticator === undefined ? (
          <EmptyState title="No app is connected">
            <p>Any app will do that shows time-based codes of six digits (TOTP).</p>
          </EmptyState>
        ) : (
          <Details
            rows={[
              ['App', <Badge look="success">Connected</Badge>],
              ['Connected Since', <Instant at={authenticator.registeredAt} />],
            ]}
          />
        )}
      </Card>
    ),
  })
})

function connect(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${path}/connect`,
    right,
    find: async ({ user }) => user,
    fields: () => ({ offer: hidden(), code, ownPassword }),
    start: (user, { org }) => ({ offer: offerAuthenticator(needs, user, org.name).sealed }),
    show(form, user, { org }) {
      const { secret, uri } = offerAuthenticator(needs, user, org.name, readOffer(needs, user, form.entered('offer')))
      return {
        title: 'Connect an Authenticator App',
        place: path,
        inside: (
          <Card title="Scan and enter">
            <p>Scan this with the app. From then on it shows a new code every 30 seconds.</p>
            <QrCode text={uri} label="QR code with the key for your authenticator app" />
            <p>
              No camera? Enter this key: <code>{spacedSecret(secret)}</code>
            </p>
            {form.field('offer')}
            {form.field('code')}
            {form.field('ownPassword')}
          </Card>
        ),
      }
    },
    submit: 'Connect',
    cancel: () => path,
    async act({ offer, code: entered, ownPassword: own }, user, visit) {
      // Whoever has one verifies that they are its owner before there is another.
      if ((await ownOf(visit)) !== undefined) {
        return refused({ field: 'code', message: 'An app is connected already. Disconnect it first.' })
      }
      const notThem = await notTheirPassword(needs, own, visit)
      if (notThem !== undefined) return notThem
      const registration = { offer, code: entered.replaceAll(/\s/g, '') }
      const outcome = await registerAuthenticator({ ...visit.stores, ...needs }, user, registration)
      if (!outcome.ok) return outcome
      return done({ to: path, say: 'The app is connected. Keep it: without it an admin has to let you in.' })
    },
  })
}

function disconnect(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${path}/disconnect`,
    right,
    find: async ({ user }) => user,
    fields: () => ({ code }),
    show: (form) => ({
      title: 'Disconnect the Authenticator App',
      lead: 'Its codes are worth nothing from then on. Where your org asks for them, you are asked to connect another one at the next sign-in.',
      place: path,
      inside: <Card title="Verify Your Identity">{form.field('code')}</Card>,
    }),
    submit: 'Disconnect',
    cancel: () => path,
    async act({ code: entered }, user, visit) {
      const { stores, org, sourceIp, checks } = visit
      const about = { activity: 'Login', policy: 'HighAssurance', sourceIp, resourceId: undefined } as const
      const refusedFor = await verifyIdentity({ ...stores, ...needs }, { user, org, code: entered, ...about }, checks)
      if (refusedFor !== undefined) {
        visit.refused = refusal(refusedFor)
        const isLocked = refusedFor.reason === 'verification-locked'
        const message = isLocked
          ? 'There were too many wrong codes. Try again in 15 minutes.'
          : 'This code is not the right one, or was used already. Wait for the next one.'
        return refused({ field: 'code', message })
      }
      await stores.verifications.removeAuthenticator(user.id)
      return done({ to: path, say: 'The app is disconnected.' })
    },
  })
}

async function ownOf({ stores, user }: Pick<SetupVisit, 'stores' | 'user'>) {
  return (await stores.verifications.find(user.id))?.authenticator
}
