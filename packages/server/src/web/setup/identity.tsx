import { nextRotation } from '../../certificates/key-rotation.ts'
import { retireSigningKey, rotateInTurn, type SigningKey, signingKeyAt } from '../../certificates/signing-keys.ts'
import { openidEndpoints } from '../../oidc/discovery.ts'
import { done } from '../../problem.ts'
import { Badge, Card, Copyable, Details, Instant, Notice } from './blocks.tsx'
import { radios } from './field.tsx'
import { enableIdentityProvider, samlProviderCards } from './identity-saml.tsx'
import { confirmPage, formPage, page, shown } from './route.tsx'
import type { SetupNeeds } from './setup.ts'
import type { SetupRoute } from './setup-visit.ts'
import { DataTable } from './table.tsx'

const path = '/setup/identity'

/** *Identity Provider*: where clients find this org’s endpoints and keys, and the keys that sign ID tokens. */
export function identityProvider(needs: Needs): readonly SetupRoute[] {
  return [...overview(needs), ...enableIdentityProvider, ...rotate(needs), ...retire(needs)]
}

type Needs = Pick<SetupNeeds, 'addresses' | 'seal' | 'signingKeyPeriod' | 'now'>

function overview(needs: Needs): readonly SetupRoute[] {
  const { addresses, signingKeyPeriod, now } = needs
  return page(path, 'view setup', async (visit) => {
    const { stores, org, site } = visit
    const at = now()
    const keys = await stores.signingKeys.list()
    const signing = signingKeyAt(keys, at)
    const next = nextRotation(keys, signingKeyPeriod, at)
    const own = addresses.baseOf(org, site)
    const canManage = visit.can('manage the org')
    return shown(visit, {
      title: 'Identity Provider',
      lead: 'Where clients find the endpoints and keys of this org. An OpenID Connect client wants the discovery URL alone, a SAML service provider the metadata.',
      place: path,
      actions: canManage
        ? [
            { href: `${path}/rotate`, label: 'Rotate Signing Key' },
            keys.length > 1 ? { href: `${path}/retire`, label: 'Retire a Key' } : undefined,
          ]
        : [],
      children: (
        <>
          {await samlProviderCards(needs, visit)}
          <Endpoints title={own === site.loginBase ? 'Addresses' : 'At My Domain'} base={own} />
          {own !== site.loginBase && <Endpoints title="At the login host of all orgs" base={site.loginBase} />}
          <Card title="Signing keys">
            <p>
              One key signs ID tokens and JWT access tokens; clients verify them with what the JWKS publishes. The keys
              are of the whole server: all orgs on it share them, and each of their admins may rotate them, once in ten
              minutes.
            </p>
            <Details
              rows={[
                [
                  'Rotation',
                  signingKeyPeriod === undefined
                    ? 'By hand'
                    : `Every ${Math.round(signingKeyPeriod / 86_400)} days; the next key is published a day ahead`,
                ],
                ['Next Rotation', next === undefined ? 'Not planned' : <Instant at={next} />],
              ]}
            />
            <DataTable<SigningKey>
              caption="Signing keys, newest first"
              rows={keys}
              columns={[
                { heading: 'Key ID (kid)', cell: ({ kid }) => <code>{kid}</code> },
                { heading: 'Algorithm', cell: () => 'RS256' },
                { heading: 'Created Date', cell: ({ createdAt }) => <Instant at={createdAt} /> },
                {
                  heading: 'Use',
                  cell: (key) => <Use signs={key === signing} from={key.signsFrom} at={at} />,
                },
              ]}
              empty={null}
            />
          </Card>
        </>
      ),
    })
  })
}

function Use({ signs, from, at }: { readonly signs: boolean; readonly from: Date; readonly at: Date }) {
  if (signs) return <Badge look="success">Signs</Badge>
  if (from <= at) return <Badge>Published for what it signed</Badge>
  return (
    <>
      <Badge>Published ahead</Badge> signs from <Instant at={from} />
    </>
  )
}

function Endpoints({ title, base }: { readonly title: string; readonly base: string }) {
  const endpoints = openidEndpoints(base)
  const rows = [
    ['Issuer', endpoints.issuer],
    ['Discovery', `${base}/.well-known/openid-configuration`],
    ['JWKS (keys)', endpoints.jwks_uri],
    ['Authorize', endpoints.authorization_endpoint],
    ['Token', endpoints.token_endpoint],
    ['UserInfo', endpoints.userinfo_endpoint],
    ['Revoke', endpoints.revocation_endpoint],
    ['Introspect', endpoints.introspection_endpoint],
    ['Logout', endpoints.end_session_endpoint],
  ] as const
  return (
    <Card title={title}>
      <Details rows={rows.map(([label, url]) => [label, <Copyable text={url} label={`${label} at ${base}`} />])} />
    </Card>
  )
}

function rotate(needs: Needs): readonly SetupRoute[] {
  return confirmPage({
    path: `${path}/rotate`,
    right: 'manage the org',
    find: async () => ({}),
    show: () => ({
      title: 'Rotate the signing key?',
      place: path,
      consequences: (
        <>
          <p>
            The next key signs every ID token of this server, those of other orgs too, once it has been published for
            ten minutes: so clients know it by then.
          </p>
          <p>
            The key before stays published, so what it signed is still verified. Clients that read the JWKS when they
            meet a <code>kid</code> they do not know need nothing. Those with a key written into them refuse the next ID
            token.
          </p>
        </>
      ),
      button: 'Rotate',
      isDestructive: false,
      cancel: path,
    }),
    async act(_, { stores }) {
      const outcome = await rotateInTurn({ ...needs, signingKeys: stores.signingKeys })
      if (!outcome.ok) return outcome
      const { kid, signsFrom } = outcome.value
      const say = `ID tokens are signed with the key ${kid} from ${signsFrom.toISOString().slice(0, 16)}Z on.`
      return done({ to: path, say })
    },
  })
}

function retire({ now }: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${path}/retire`,
    right: 'manage the org',
    async find({ stores }) {
      const keys = await stores.signingKeys.list()
      const signing = signingKeyAt(keys, now())
      return keys.filter((key) => key !== signing)
    },
    fields: (older) => ({
      kid: radios({
        label: 'Key',
        help: 'Take one with which nothing has been signed for as long as ID tokens and JWT access tokens live.',
        options: older.map(({ kid, createdAt }) => ({
          value: kid,
          label: kid,
          hint: `Made on ${createdAt.toISOString().slice(0, 10)}`,
        })),
      }),
    }),
    show: (form, older) => ({
      title: 'Retire a Key',
      lead: 'It is published no more: nobody can verify what it signed, in none of the orgs on this server.',
      place: path,
      inside: (
        <Card title="Which key">
          <Notice look="warning">
            ID tokens live for up to 12 hours, JWT access tokens for up to 24, as their app says. Wait so long after a
            rotation, unless the key fell into wrong hands. An old ID token is then no hint any more either: logout with
            it asks the person first.
          </Notice>
          {older.length === 0 ? <p>There is only the key that signs, and that stays. Rotate it first.</p> : null}
          {form.field('kid')}
        </Card>
      ),
    }),
    submit: 'Retire',
    cancel: () => path,
    async act({ kid }, _, { stores }) {
      const outcome = await retireSigningKey({ ...stores, now }, kid)
      return outcome.ok ? done({ to: path, say: `The key ${kid} is published no more.` }) : outcome
    },
  })
}
