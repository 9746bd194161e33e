import { retireSigningKey, rotateInTurn, type SigningKey } from '../../certificates/signing-keys.ts'
import { openidEndpoints } from '../../oidc/discovery.ts'
import { done } from '../../problem.ts'
import { Badge, Card, Copyable, Details, Instant, Notice } from './blocks.tsx'
import { radios } from './field.tsx'
import { confirmPage, formPage, page, shown } from './route.tsx'
import type { SetupNeeds } from './setup.ts'
import type { SetupRoute } from './setup-visit.ts'
import { DataTable } from './table.tsx'

const path = '/setup/identity'

/** *Identity Provider*: where clients find this org’s endpoints and keys, and the keys that sign ID tokens. */
export function identityProvider(needs: Pick<SetupNeeds, 'addresses' | 'seal' | 'now'>): readonly SetupRoute[] {
  return [...overview(needs), ...rotate(needs), ...retire]
}

function overview({ addresses }: Pick<SetupNeeds, 'addresses'>): readonly SetupRoute[] {
  return page(path, 'view setup', async (visit) => {
    const { stores, org, site } = visit
    const keys = await stores.signingKeys.list()
    const own = addresses.baseOf(org, site)
    const canManage = visit.can('manage the org')
    return shown(visit, {
      title: 'Identity Provider',
      lead: 'Where clients find the endpoints and keys of this org. An OpenID Connect client wants the discovery URL alone.',
      place: path,
      actions: canManage
        ? [
            { href: `${path}/rotate`, label: 'Rotate Signing Key' },
            keys.length > 1 ? { href: `${path}/retire`, label: 'Retire a Key' } : undefined,
          ]
        : [],
      children: (
        <>
          <Endpoints title={own === site.loginBase ? 'Addresses' : 'At My Domain'} base={own} />
          {own !== site.loginBase && <Endpoints title="At the login host of all orgs" base={site.loginBase} />}
          <Card title="Signing keys">
            <p>
              ID tokens are signed with the newest key; clients verify them with what the JWKS publishes. The keys are
              of the whole server: all orgs on it share them, and each of their admins may rotate them, once in ten
              minutes.
            </p>
            <DataTable<SigningKey & { readonly signs: boolean }>
              caption="Signing keys, newest first"
              rows={keys.map((key, index) => ({ ...key, signs: index === 0 }))}
              columns={[
                { heading: 'Key ID (kid)', cell: ({ kid }) => <code>{kid}</code> },
                { heading: 'Algorithm', cell: () => 'RS256' },
                { heading: 'Created Date', cell: ({ createdAt }) => <Instant at={createdAt} /> },
                {
                  heading: 'Use',
                  cell: ({ signs }) =>
                    signs ? <Badge look="success">Signs</Badge> : <Badge>Published for what it signed</Badge>,
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

function rotate(needs: Pick<SetupNeeds, 'seal' | 'now'>): readonly SetupRoute[] {
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
            A new key is made, and every ID token of this server is signed with it from now on, those of other orgs too.
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
      return outcome.ok ? done({ to: path, say: `ID tokens are signed with the key ${outcome.value.kid}.` }) : outcome
    },
  })
}

const retire: readonly SetupRoute[] = formPage({
  path: `${path}/retire`,
  right: 'manage the org',
  find: async ({ stores }) => (await stores.signingKeys.list()).slice(1),
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
          ID tokens live for up to 12 hours, as their app says. Wait so long after a rotation, unless the key fell into
          wrong hands. An old ID token is then no hint any more either: logout with it asks the person first.
        </Notice>
        {older.length === 0 ? <p>There is only the key that signs, and that stays. Rotate it first.</p> : null}
        {form.field('kid')}
      </Card>
    ),
  }),
  submit: 'Retire',
  cancel: () => path,
  async act({ kid }, _, { stores }) {
    const outcome = await retireSigningKey(stores, kid)
    return outcome.ok ? done({ to: path, say: `The key ${kid} is published no more.` }) : outcome
  },
})
