import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { Stop } from '../flows/test-browser.ts'
import { base, consumerSecret, newSigner, password, targetBase } from '../flows/test-server.ts'
import { refresh, tokensFor } from '../flows/test-tokens.ts'
import {
  formOn,
  type SetupServer,
  type SignedIn,
  sendForm,
  startSetupServer,
  submitForm,
  tokenOn,
} from './setup-server.ts'

let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

afterAll(() => setup.server.close())

const apps = '/setup/connected-apps'

/** Opens a page as the admin. */
const open = (path: string): Promise<Stop> => setup.admin.browser.open(path)

/** Fills in the form of a page as the admin. */
async function send(path: string, changes: Record<string, string | readonly string[]> = {}): Promise<Stop> {
  return sendForm(setup.admin, await open(path), changes)
}

/** What a new app cannot be made without. */
const least = (label: string) => ({
  label,
  contactEmail: 'dev@app.example',
  callbackUrls: 'https://app.example/callback',
})

async function appNamed(fullName: string): Promise<ConnectedApp> {
  const app = await setup.server.stores.apps.findByName(setup.server.org.id, fullName)
  if (app === undefined) throw new Error(`There is no app ${fullName}.`)
  return app
}

/** What the trail of the org says last, and whose doing it was. */
async function trail(limit = 1) {
  const { stores, org } = setup.server
  const entries = await stores.auditTrail.list(org.id, { limit })
  return entries.map(({ action, display, createdById }) => ({ action, display, createdById }))
}

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

function tokenByJwt({ consumerKey }: ConnectedApp, username: string) {
  const { server } = setup
  return server.post('/services/oauth2/token', {
    grant_type: jwtBearer,
    assertion: server.assertion({ iss: consumerKey, sub: username }),
  })
}

/** The words beside a field. */
function problemOf(html: string, field: string): string | undefined {
  return new RegExp(`id="f-${field}-problem">([^<]*)<`).exec(html)?.[1]
}

describe('New Connected App', () => {
  it('makes an app of all that is entered, called as Salesforce would call it, and says who did', async () => {
    const page = await send(`${apps}/new`, {
      ...least('Order Sync 2'),
      contactPhone: '+33 1 23',
      logoUrl: 'https://app.example/logo.png',
      iconUrl: 'https://app.example/icon.png',
      infoUrl: 'https://app.example/about',
      description: 'Brings orders over.',
      callbackUrls: 'https://app.example/callback\r\n\r\n  http://localhost:1717/cb ',
      scopes: ['api', 'openid'],
      isPkceRequired: [],
      isSecretRequired: [],
      isSecretRequiredForRefreshToken: [],
      isDeviceFlowEnabled: 'on',
      isClientCredentialEnabled: 'on',
      isRefreshTokenRotationEnabled: 'on',
      isIntrospectAllTokens: 'on',
      idTokenValidity: '30',
      idTokenAudiences: 'https://api.example',
      idTokenIncludesStandardClaims: 'on',
      singleLogoutUrl: 'https://app.example/logout',
      startUrl: 'https://app.example/start',
      ipRanges: '192.0.2.0-192.0.2.255 Office\n2001:db8::1',
    })
    const app = await appNamed('Order_Sync_2')
    expect(page.url.pathname).toBe(`${apps}/${app.id}`)
    expect(page.html).toContain('has been made')
    expect(app).toMatchObject({
      label: 'Order Sync 2',
      contactEmail: 'dev@app.example',
      contactPhone: '+33 1 23',
      logoUrl: 'https://app.example/logo.png',
      iconUrl: 'https://app.example/icon.png',
      infoUrl: 'https://app.example/about',
      description: 'Brings orders over.',
      callbackUrls: ['https://app.example/callback', 'http://localhost:1717/cb'],
      certificate: undefined,
      scopes: ['api', 'openid'],
      isPkceRequired: false,
      isConsumerSecretOptional: true,
      isSecretRequiredForRefreshToken: false,
      isDeviceFlowEnabled: true,
      isClientCredentialEnabled: true,
      isRefreshTokenRotationEnabled: true,
      isIntrospectAllTokens: true,
      idTokenConfig: {
        validity: 1800,
        audiences: ['https://api.example'],
        includesStandardClaims: true,
        includesAttributes: false,
        includesCustomPermissions: false,
      },
      singleLogoutUrl: 'https://app.example/logout',
      startUrl: 'https://app.example/start',
      ipRanges: [
        { start: '192.0.2.0', end: '192.0.2.255', description: 'Office' },
        { start: '2001:db8::1', end: '2001:db8::1' },
      ],
    })
    expect(await trail()).toEqual([
      {
        action: 'insertConnectedApplication',
        display: 'Created connected app Order Sync 2',
        createdById: setup.admin.user.id,
      },
    ])
  })

  it('begins on the safe side: secret and PKCE required', async () => {
    await send(`${apps}/new`, least('Safe'))
    expect(await appNamed('Safe')).toMatchObject({
      isPkceRequired: true,
      isConsumerSecretOptional: false,
      isSecretRequiredForRefreshToken: true,
      isClientCredentialEnabled: false,
      scopes: ['api', 'refresh_token'],
    })
  })

  it('says beside each field what is wrong with it, and keeps everything that was entered', async () => {
    const wrong = {
      label: 'L'.repeat(81),
      fullName: '1_bad__name',
      contactEmail: 'nobody',
      contactPhone: 'P'.repeat(41),
      logoUrl: 'ftp://app.example',
      iconUrl: 'nowhere',
      infoUrl: 'http://app.example',
      callbackUrls: 'https://app.example/cb#fragment\nhttp://app.example/cb',
      certificate: 'no certificate',
      idTokenValidity: '721',
      singleLogoutUrl: 'javascript:alert(1)',
      startUrl: 'https://*.example',
      ipRanges: '192.0.2.9-192.0.2.1\nthe office',
    }
    const page = await send(`${apps}/new`, wrong)
    expect(page.status).toBe(422)
    for (const field of Object.keys(wrong))
      expect([field, problemOf(page.html, field)]).toEqual([field, expect.any(String)])
    expect(problemOf(page.html, 'callbackUrls')).toMatch(/Line 1: .* Line 2: Plain http/)
    expect(problemOf(page.html, 'ipRanges')).toMatch(/Line 1: .* Line 2: /)
    expect(page.html).toContain('things have to be mended')
    const again = formOn(page.html, `${apps}/new`)
    for (const [field, entered] of Object.entries(wrong)) expect(again.get(field)).toEqual([entered])
  })

  it('wants name, contact, callback URL and scope', async () => {
    const page = await send(`${apps}/new`, { scopes: [] })
    expect(page.status).toBe(422)
    for (const field of ['label', 'contactEmail', 'callbackUrls']) {
      expect([field, problemOf(page.html, field)]).toEqual([field, 'Complete this field.'])
    }
    expect(problemOf(page.html, 'scopes')).toBe('Choose at least one.')
  })

  it('wants audiences of ID tokens to be lines of text', async () => {
    const page = await send(`${apps}/new`, { ...least('Audience'), idTokenAudiences: 'x'.repeat(256) })
    expect(problemOf(page.html, 'idTokenAudiences')).toBe('Line 1: Use at most 255 characters.')
  })

  it('refuses a name that the org has, one that was made of the label too', async () => {
    await send(`${apps}/new`, least('Twice'))
    const page = await send(`${apps}/new`, least('Twice'))
    expect(problemOf(page.html, 'fullName')).toContain('has a connected app “Twice” already')
  })

  it.each(['consumerKey', 'orgId', 'isBlocked', 'constructor'])(
    'has no field %s for anybody to slip in',
    async (name) => {
      const answer = await submitForm(setup.admin, `${apps}/new`, { ...least('Slipped'), [name]: 'x' })
      expect(answer.status).toBe(400)
      expect(await setup.server.stores.apps.findByName(setup.server.org.id, 'Slipped')).toBeUndefined()
    },
  )
})

describe('a certificate', () => {
  it('is shown before it is saved: subject, key, expiry and fingerprint', async () => {
    const { signer, stores, org } = setup.server
    const entered = { ...least('Signed'), certificate: signer.pem }
    const first = await send(`${apps}/new`, entered)
    expect(first.status).toBe(200)
    expect(await stores.apps.findByName(org.id, 'Signed')).toBeUndefined()
    expect(first.html).toContain('Nothing is saved yet')
    expect(first.html).toContain('CN=Test')
    expect(first.html).toContain('RSA, 2048 bits')
    expect(first.html).toMatch(/<code>(?:[0-9A-F]{2}:){31}[0-9A-F]{2}<\/code>/)
    const second = await sendForm(setup.admin, first)
    const app = await appNamed('Signed')
    expect(second.url.pathname).toBe(`${apps}/${app.id}`)
    expect(second.html).toContain(app.certificate?.fingerprint256)
  })

  it('can be looked at before the rest is filled in, and nothing is done', async () => {
    const page = await send(`${apps}/new`, { certificate: setup.server.signer.pem, checkCertificate: 'on' })
    expect(page.status).toBe(200)
    expect(page.html).toContain('CN=Test')
    expect(page.html).not.toContain('have to be mended')
    expect(formOn(page.html, `${apps}/new`).get('certificate')?.[0]?.trim()).toBe(setup.server.signer.pem.trim())
  })

  it('has to be looked at again when it is another one', async () => {
    const first = await send(`${apps}/new`, { ...least('Exchanged'), certificate: setup.server.signer.pem })
    const other = await sendForm(setup.admin, first, { certificate: (await newSigner(setup.server.now())).pem })
    expect(other.html).toContain('Nothing is saved yet')
    expect(await setup.server.stores.apps.findByName(setup.server.org.id, 'Exchanged')).toBeUndefined()
  })

  it('is refused with words when it is a private key, by either button', async () => {
    const key = setup.server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const saved = await send(`${apps}/new`, { ...least('Leak'), certificate: key })
    expect(saved.status).toBe(422)
    expect(problemOf(saved.html, 'certificate')).toContain('This holds a private key')
    const looked = await send(`${apps}/new`, { certificate: key, checkCertificate: 'on' })
    expect(looked.html).toContain('This holds a private key')
    // It is no use to anybody any more, and least of all in a page that a browser may keep.
    expect(saved.html).not.toContain('BEGIN PRIVATE KEY')
    expect(looked.html).not.toContain('BEGIN PRIVATE KEY')
  })

  it('lets the app sign its assertions from the next request on, and no more when it is taken away', async () => {
    const { server, standard } = setup
    const app = await server.addApp(
      'Late',
      { certificate: undefined },
      { isAdminApproved: true, profileIds: [standard.user.profileId] },
    )
    expect((await tokenByJwt(app, standard.user.username)).status).toBe(400)
    const first = await send(`${apps}/${app.id}/edit`, { certificate: server.signer.pem })
    await sendForm(setup.admin, first)
    expect((await tokenByJwt(app, standard.user.username)).status).toBe(200)
    await send(`${apps}/${app.id}/edit`, { certificate: '' })
    expect((await tokenByJwt(app, standard.user.username)).status).toBe(400)
  })
})

describe('Edit', () => {
  it('changes what was changed and leaves the rest as it is', async () => {
    const app = await setup.server.addApp('Left', {
      scopes: ['api', 'refresh_token', 'openid'],
      description: 'Two\nlines & <more>',
      idTokenConfig: {
        validity: 90,
        audiences: ['https://api.example'],
        includesStandardClaims: true,
        includesAttributes: false,
        includesCustomPermissions: false,
      },
      ipRanges: [{ start: '192.0.2.0', end: '192.0.2.255', description: 'Office' }],
    })
    const page = await send(`${apps}/${app.id}/edit`, { label: 'Moved' })
    expect(page.html).toContain('has been changed')
    const { modifiedAt, ...changed } = await appNamed('Left')
    const { modifiedAt: _before, ...before } = app
    expect({ ...changed, certificate: undefined }).toEqual({ ...before, label: 'Moved', certificate: undefined })
    expect(changed.certificate?.pem).toBe(app.certificate?.pem)
    expect(await trail()).toEqual([
      {
        action: 'updateConnectedApplication',
        display: expect.stringContaining('Changed connected app'),
        createdById: setup.admin.user.id,
      },
    ])
  })

  it('takes a new callback URL at once', async () => {
    const app = await setup.server.addApp('Callback')
    const at = (url: string) =>
      `/services/oauth2/authorize?${new URLSearchParams({ response_type: 'code', client_id: app.consumerKey, redirect_uri: url })}`
    expect((await open(at('https://new.example/cb'))).html).toContain('redirect_uri_mismatch')
    await send(`${apps}/${app.id}/edit`, { callbackUrls: 'https://new.example/cb' })
    expect((await open(at('https://new.example/cb'))).html).toContain('Allow Access?')
  })

  it('keeps its own app and its secret when something is wrong', async () => {
    const app = await setup.server.addApp('Unchanged')
    const page = await send(`${apps}/${app.id}/edit`, { label: 'Other', callbackUrls: 'nowhere' })
    expect(page.status).toBe(422)
    expect(formOn(page.html, `${apps}/${app.id}/edit`).get('label')).toEqual(['Other'])
    expect((await appNamed('Unchanged')).label).toBe('Unchanged')
  })
})

describe('Manage Consumer Details', () => {
  it('shows key and secret after the password, in that answer alone, and writes down that it did', async () => {
    const app = await setup.server.addApp('Secretive')
    const path = `${apps}/${app.id}/consumer-details`
    expect((await open(path)).html).not.toContain(consumerSecret)
    const shown = await send(path, { ownPassword: password })
    expect(shown.status).toBe(200)
    expect(shown.html).toContain(consumerSecret)
    expect(shown.html).toContain(app.consumerKey)
    expect(shown.headers.get('cache-control')).toBe('no-store')
    expect([...setup.admin.browser.cookies.values()].join()).not.toContain(consumerSecret)
    expect((await open(path)).html).not.toContain(consumerSecret)
    expect(await trail()).toEqual([
      {
        action: 'revealConsumerSecret',
        display: 'Revealed consumer secret of connected app Secretive',
        createdById: setup.admin.user.id,
      },
    ])
  })

  it('locks out whoever guesses, from here and from sign-in', async () => {
    const { server } = setup
    const app = await server.addApp('Guessed')
    const profile = await server.profile('System Administrator')
    const guesser = await setup.signIn(await server.addUser('guesser@target.example', { profileId: profile.id }))
    const path = `${apps}/${app.id}/consumer-details`
    for (let guess = 1; guess <= 10; guess++) {
      const page = await sendForm(guesser, await guesser.browser.open(path), { ownPassword: `guess ${guess}` })
      expect([page.status, problemOf(page.html, 'ownPassword')]).toEqual([422, 'This is not your password.'])
      expect((await server.journalOf(page)).refusal?.reason).toBe('password-wrong')
      expect(page.html).not.toContain(`guess ${guess}`)
    }
    const right = await sendForm(guesser, await guesser.browser.open(path), { ownPassword: password })
    expect(problemOf(right.html, 'ownPassword')).toContain('locked out')
    expect(right.html).not.toContain(consumerSecret)
    expect((await server.stores.users.find(guesser.user.id))?.lockedUntil).toEqual(
      new Date(server.now().getTime() + 900_000),
    )
    const history = await server.stores.loginHistory.list(server.org.id, { userId: guesser.user.id }, { limit: 20 })
    expect(history.filter(({ status }) => status === 'Invalid password').length).toBe(10)
  })

  it('rotates the secret: both are valid until the rotation is finished', async () => {
    const { server, standard } = setup
    const app = await server.addApp('Rotated')
    const tokens = await tokensFor(server, standard.user, app)
    const rotated = await send(`${apps}/${app.id}/rotate-secret`, { ownPassword: password })
    const secret = /<code>([0-9A-F]{64})<\/code>/.exec(rotated.html)?.[1] ?? ''
    const works = async (client_secret: string) =>
      (await refresh(server, app, tokens.refresh_token, { client_secret })).status === 200
    expect([await works(consumerSecret), await works(secret)]).toEqual([true, true])
    expect((await open(`${apps}/${app.id}`)).html).toContain('A rotation is under way')
    const second = await send(`${apps}/${app.id}/rotate-secret`, { ownPassword: password })
    expect(problemOf(second.html, 'ownPassword')).toContain('Finish that rotation first')
    await send(`${apps}/${app.id}/finish-rotation`)
    expect([await works(consumerSecret), await works(secret)]).toEqual([false, true])
    const none = await send(`${apps}/${app.id}/finish-rotation`)
    expect([none.status, none.html]).toEqual([422, expect.stringContaining('No rotation is under way')])
    expect((await trail(2)).map(({ action, createdById }) => [action, createdById])).toEqual([
      ['finishConsumerSecretRotation', setup.admin.user.id],
      ['rotateConsumerSecret', setup.admin.user.id],
    ])
  })

  it('does not rotate without the password', async () => {
    const app = await setup.server.addApp('Unrotated')
    const page = await send(`${apps}/${app.id}/rotate-secret`, { ownPassword: 'wrong' })
    expect(problemOf(page.html, 'ownPassword')).toBe('This is not your password.')
    expect((await appNamed('Unrotated')).consumerSecret.previousHash).toBeUndefined()
  })
})

describe('Edit Policies', () => {
  it('sets every policy, and shows what is set', async () => {
    const app = await setup.server.addApp('Policies', { isClientCredentialEnabled: true })
    const page = await send(`${apps}/${app.id}/manage/edit`, {
      ipRelaxation: 'ENFORCE_RELAXREFRESH',
      refreshTokenPolicy: 'specific_inactivity',
      refreshTokenPeriod: '45',
      refreshTokenUnit: 'DAYS',
      sessionTimeout: '900',
      requiresHighAssurance: 'on',
      clientCredentialUser: ' USER@target.example',
      singleLogoutUrl: 'https://app.example/out',
      plugin: 'AcceptedTerms',
      pluginExecutionUser: 'admin@target.example',
    })
    expect(page.url.pathname).toBe(`${apps}/${app.id}/manage`)
    expect(page.html).toContain('Expire refresh token if not used for 45 days')
    expect(page.html).toContain('15 minutes')
    expect(page.html).toContain('user@target.example')
    expect(await setup.server.stores.apps.findPolicies(app.id, setup.server.org.id)).toMatchObject({
      isAdminApproved: false,
      ipRelaxation: 'ENFORCE_RELAXREFRESH',
      refreshTokenPolicy: { kind: 'specific_inactivity', seconds: 45 * 86_400 },
      sessionTimeout: 900,
      requiresHighAssurance: true,
      clientCredentialUserId: setup.standard.user.id,
      singleLogoutUrl: 'https://app.example/out',
      plugin: 'AcceptedTerms',
      pluginExecutionUserId: setup.admin.user.id,
    })
    expect(await trail()).toEqual([
      {
        action: 'updateConnectedApplication',
        display: 'Changed policies of connected app Policies',
        createdById: setup.admin.user.id,
      },
    ])
    // Sent as it stands, the form changes nothing.
    const before = await setup.server.stores.apps.findPolicies(app.id, setup.server.org.id)
    await send(`${apps}/${app.id}/manage/edit`)
    expect(await setup.server.stores.apps.findPolicies(app.id, setup.server.org.id)).toEqual(before)
  })

  it('keeps a timeout that is none of the list', async () => {
    const app = await setup.server.addApp('Odd', {}, { sessionTimeout: 100 })
    await send(`${apps}/${app.id}/manage/edit`, { ipRelaxation: 'BYPASS' })
    expect((await setup.server.stores.apps.findPolicies(app.id, setup.server.org.id))?.sessionTimeout).toBe(100)
  })

  it.each([
    ['refreshTokenPeriod', { refreshTokenPolicy: 'specific_lifetime', refreshTokenPeriod: '' }, 'Enter how many'],
    ['refreshTokenPeriod', { refreshTokenPolicy: 'specific_lifetime', refreshTokenPeriod: 'many' }, 'whole number'],
    ['refreshTokenPolicy', { refreshTokenPolicy: 'never' }, 'Choose one'],
    ['refreshTokenUnit', { refreshTokenUnit: 'YEARS' }, 'Choose one'],
    ['ipRelaxation', { ipRelaxation: 'NONE' }, 'Choose one'],
    ['permittedUsers', { permittedUsers: 'nobody' }, 'Choose one'],
    ['sessionTimeout', { sessionTimeout: '1' }, 'Choose one'],
    ['clientCredentialUser', { clientCredentialUser: 'admin@other.example' }, 'has no user'],
    ['pluginExecutionUser', { pluginExecutionUser: 'admin@other.example' }, 'has no user'],
    ['plugin', { plugin: '../secret' }, 'letters'],
    ['singleLogoutUrl', { singleLogoutUrl: 'javascript:alert(1)' }, 'http'],
  ])('says beside %s what is wrong with it', async (field, entered, words) => {
    const app = await setup.server.addApp(`Wrong_${field}_${Math.abs(words.length)}`)
    const page = await send(`${apps}/${app.id}/manage/edit`, { ...entered, requiresHighAssurance: 'on' })
    expect([page.status, problemOf(page.html, field)]).toEqual([422, expect.stringContaining(words)])
    expect(formOn(page.html, `${apps}/${app.id}/manage/edit`).get('requiresHighAssurance')).toEqual(['on'])
  })

  it('says whom it cuts off before it does, and then refuses them at once', async () => {
    const { server, standard } = setup
    const app = await server.addApp('Cutting')
    await tokensFor(server, standard.user, app)
    expect((await tokenByJwt(app, standard.user.username)).status).toBe(200)
    const first = await send(`${apps}/${app.id}/manage/edit`, { permittedUsers: 'admin' })
    expect(first.status).toBe(200)
    expect(first.html).toMatch(/This cuts off 1 of 1 user of the app at\s+once: user@target\.example/)
    expect((await tokenByJwt(app, standard.user.username)).status).toBe(200)
    const second = await sendForm(setup.admin, first)
    expect(second.html).toContain('Nobody may use the app until you assign')
    const refused = await tokenByJwt(app, standard.user.username)
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_app_access'])
    expect((await server.journalOf(refused)).refusal?.reason).toBe('not-admin-approved')
  })
})

describe('Manage Profiles and Manage Permission Sets', () => {
  it('assign and take away, from the next token request on', async () => {
    const { server, standard } = setup
    const app = await server.addApp('Assigned', {}, { isAdminApproved: true })
    const permissionSet = await server.addPermissionSet('Assigned_Access')
    const worker = await server.addUser('worker@target.example', { permissionSetIds: [permissionSet.id] })
    const status = async (username: string) => (await tokenByJwt(app, username)).status
    expect([await status(standard.user.username), await status(worker.username)]).toEqual([400, 400])

    await send(`${apps}/${app.id}/manage/permission-sets`, { names: 'Assigned_Access' })
    expect([await status(standard.user.username), await status(worker.username)]).toEqual([400, 200])
    const managed = await send(`${apps}/${app.id}/manage/profiles`, { names: 'Standard User' })
    expect(managed.html).toContain('<li>Standard User</li>')
    expect(managed.html).toContain('<li>Assigned_Access</li>')
    expect([await status(standard.user.username), await status(worker.username)]).toEqual([200, 200])

    const first = await send(`${apps}/${app.id}/manage/profiles`, { names: [] })
    expect(first.html).toMatch(/This cuts off 1 of 2 users/)
    await sendForm(setup.admin, first)
    expect([await status(standard.user.username), await status(worker.username)]).toEqual([400, 200])
  })

  it('know only what is there', async () => {
    const app = await setup.server.addApp('Unassigned')
    const page = await send(`${apps}/${app.id}/manage/profiles`, { names: 'Robots' })
    expect([page.status, problemOf(page.html, 'names')]).toEqual([422, 'There is no “Robots” to choose.'])
  })
})

describe('Delete', () => {
  it('says what breaks, and then it has', async () => {
    const { server, standard } = setup
    const app = await server.addApp('Doomed')
    const tokens = await tokensFor(server, standard.user, app)
    const asked = await open(`${apps}/${app.id}/delete`)
    expect(asked.html).toMatch(/1 user lose[s]? it: 1 access token and 1 refresh token end at once/)
    const gone = await sendForm(setup.admin, asked)
    expect(gone.url.pathname).toBe(apps)
    expect(gone.html).toContain('has been deleted')
    expect((await refresh(server, app, tokens.refresh_token)).body.error).toBe('invalid_client_id')
    expect((await open(`${apps}/${app.id}`)).status).toBe(404)
    expect(await trail()).toEqual([
      {
        action: 'deleteConnectedApplication',
        display: 'Deleted connected app Doomed',
        createdById: setup.admin.user.id,
      },
    ])
  })
})

describe('an app of another org that is installed here', () => {
  let app: ConnectedApp
  let stranger: SignedIn

  beforeAll(async () => {
    const { server } = setup
    stranger = setup.stranger
    app = await server.addApp('Foreign', { isClientCredentialEnabled: true })
    await server.stores.apps.install(app.id, server.otherOrg.id)
  })

  it('is seen with its policies, and without settings and key', async () => {
    const page = await stranger.browser.open(`${apps}/${app.id}`)
    expect(page.status).toBe(200)
    expect(page.html).toContain('was made in another org')
    expect(page.html).not.toContain(app.consumerKey)
    expect(page.html).not.toContain('https://app.example/callback')
    expect(page.html).not.toContain(`${apps}/${app.id}/edit"`)
  })

  it('is managed for this org alone', async () => {
    const page = await sendForm(stranger, await stranger.browser.open(`${apps}/${app.id}/manage/edit`), {
      ipRelaxation: 'BYPASS',
      clientCredentialUser: 'admin@other.example',
    })
    expect(page.html).toContain('have been changed')
    const { stores, org, otherOrg } = setup.server
    expect((await stores.apps.findPolicies(app.id, otherOrg.id))?.ipRelaxation).toBe('BYPASS')
    expect((await stores.apps.findPolicies(app.id, org.id))?.ipRelaxation).toBe('ENFORCE')
    expect((await stores.auditTrail.list(otherOrg.id, { limit: 1 }))[0]).toMatchObject({
      display: 'Changed policies of connected app Foreign',
      createdById: stranger.user.id,
    })
  })

  it.each(['edit', 'consumer-details', 'rotate-secret', 'finish-rotation', 'delete'])(
    'has no %s here: it answers as for an app that is not there',
    async (act) => {
      const answer = await stranger.browser.open(`${apps}/${app.id}/${act}`)
      const nowhere = await stranger.browser.open(`${apps}/0H4000000000zzzAAA/${act}`)
      expect([answer.status, nowhere.status]).toEqual([404, 404])
      const token = tokenOn((await stranger.browser.open(`${apps}/new`)).html, `${apps}/new`)
      const sent = await stranger.browser.submit(`${apps}/${app.id}/${act}`, {
        csrf_token: token,
        ownPassword: password,
      })
      expect([403, 404]).toContain(sent.status)
      expect(sent.html).not.toContain(consumerSecret)
    },
  )
})

describe('an app built into the server', () => {
  it('is managed by each org, and edited by none', async () => {
    const { server, admin } = setup
    const app = await server.addApp('Built_In', { orgId: undefined })
    const page = await admin.browser.open(`${apps}/${app.id}`)
    expect(page.html).toContain('built into the server')
    expect((await admin.browser.open(`${apps}/${app.id}/manage`)).status).toBe(200)
    expect((await admin.browser.open(`${apps}/${app.id}/edit`)).status).toBe(404)
    expect((await admin.browser.open(`${apps}/${app.id}/delete`)).status).toBe(404)
  })
})

it('makes an app that gets tokens: from the form to client credentials', async () => {
  const { server } = setup
  await send(`${apps}/new`, { ...least('Robot'), isClientCredentialEnabled: 'on' })
  const app = await appNamed('Robot')
  const shown = await send(`${apps}/${app.id}/consumer-details`, { ownPassword: password })
  const secret = /<code>([0-9A-F]{64})<\/code>/.exec(shown.html)?.[1] ?? ''
  const ask = () =>
    server.post(`${targetBase}/services/oauth2/token`, {
      grant_type: 'client_credentials',
      client_id: app.consumerKey,
      client_secret: secret,
    })
  const refused = await ask()
  expect([refused.status, refused.body.error_description]).toEqual([400, 'no client credentials user enabled'])
  expect((await open(`${apps}/${app.id}`)).html).toContain('there is no Run As user')
  await send(`${apps}/${app.id}/manage/edit`, { clientCredentialUser: 'user@target.example' })
  expect((await ask()).status).toBe(200)
  expect(base).not.toBe(targetBase)
})

it('lists the App Menu in pages, in its order, and finds apps in it', async () => {
  for (let number = 10; number < 70; number++) await setup.server.addApp(`Menu_${number}`)
  const first = await open('/setup/app-menu')
  expect(first.html.match(/<tr/g)).toHaveLength(51)
  const found = await open('/setup/app-menu?q=menu_6')
  const names = [...found.html.matchAll(/Edit the place of (Menu.\d+)/g)].map(([, name]) => name)
  expect(names).toEqual(Array.from({ length: 10 }, (_, number) => `Menu 6${number}`))
  expect((await open('/setup/app-menu?q=nothing')).html).toContain('No app is found by “nothing”')
})
