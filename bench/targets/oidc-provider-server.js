// The peer as a process of its own, started with the path of its settings. Plain JavaScript, because stripping types
// would add 65 ms to its start and 18 MB to its memory.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'
import { mapAdapter } from './map-adapter.js'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))

const provider = new Provider(settings.issuer, {
  adapter: mapAdapter(),
  clients: settings.clients,
  jwks: settings.jwks,
  cookies: { keys: [settings.cookieKey] },
  scopes: ['openid', 'offline_access', 'api', 'profile', 'email'],
  claims: {
    openid: ['sub'],
    profile: ['family_name', 'given_name', 'locale', 'name', 'preferred_username', 'updated_at', 'zoneinfo'],
    email: ['email', 'email_verified'],
  },
  clientAuthMethods: ['client_secret_post', 'private_key_jwt'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    dPoP: { enabled: true },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    revocation: { enabled: true },
  },
  ttl: {
    AccessToken: 7200,
    AuthorizationCode: 900,
    ClientCredentials: 7200,
    DeviceCode: 600,
    Grant: 86_400,
    IdToken: 120,
    RefreshToken: 86_400,
  },
  findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
})

const grants = new Map()

// Codes and tokens to start from are made by the provider's own models; what is measured comes over HTTP.
process.on('message', async ({ make, count, scope, fields }) => {
  const client = await provider.Client.find(settings.webClientId)
  const made = Array.from({ length: count }, async (_, index) => {
    const accountId = `user${index % settings.users}`
    const grantId = await grantOf(accountId)
    const common = { client, accountId, grantId, scope, gty: 'authorization_code', authTime: now() }
    return new provider[make]({ ...common, ...fields }).save()
  })
  process.send(await Promise.all(made))
})
process.on('SIGTERM', () => process.exit(0))

createServer(provider.callback()).listen(settings.port, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: settings.issuer }))
})

/** One grant for each user, as a person has who approved the client once. */
function grantOf(accountId) {
  const grant = grants.get(accountId) ?? makeGrant(accountId)
  grants.set(accountId, grant)
  return grant
}

function makeGrant(accountId) {
  const grant = new provider.Grant({ accountId, clientId: settings.webClientId })
  grant.addOIDCScope('openid offline_access api profile email')
  return grant.save()
}

function claimsOf(id) {
  return {
    sub: id,
    name: 'Ada Admin',
    given_name: 'Ada',
    family_name: 'Admin',
    preferred_username: `${id}@bench.example`,
    email: `${id}@bench.example`,
    email_verified: true,
    locale: 'en_US',
    zoneinfo: 'Europe/London',
    updated_at: 1_700_000_000,
  }
}

function now() {
  return Math.floor(Date.now() / 1000)
}
