import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AppPolicies } from '../../src/connected-apps/connected-app.ts'
import type { ConnectedAppPlugin } from '../../src/connected-apps/connected-app-plugin.ts'
import type { SamlApp } from '../../src/connected-apps/saml-app.ts'
import type { User } from '../../src/users/user.ts'
import { type Stop, signedInBrowser, type TestBrowser } from './test-browser.ts'
import { startTestServer, type TestServer, targetBase } from './test-server.ts'
import {
  acsUrl,
  addSamlApp,
  enableIdentityProvider,
  profileOf,
  responseXmlOn,
  serviceProvider,
} from './test-service-provider.ts'

let server: TestServer
let idpCert: string
let app: SamlApp
let user: User
let admin: User
let browser: TestBrowser

let asked: unknown[][]
let answers: { authorize: unknown; attributes: unknown; response: (xml: string) => unknown }
const recording: ConnectedAppPlugin = {
  authorize: (...args) => {
    asked.push(['authorize', ...args.slice(0, 4)])
    // Modules are not always written in TypeScript.
    return answers.authorize as boolean
  },
  customAttributes: (...args) => {
    asked.push(['customAttributes', ...args.slice(0, 4)])
    return answers.attributes as Readonly<Record<string, string>>
  },
  modifySAMLResponse: (...args) => {
    asked.push(['modifySAMLResponse', ...args.slice(0, 3)])
    return answers.response(args[2]) as string
  },
}
const handled = { plugin: 'Recording', isAdminApproved: true }

beforeAll(async () => {
  const code = {
    Recording: recording,
    Naming: { customAttributes: () => ({ badge: 'silver' }) },
    Slow: { modifySAMLResponse: () => new Promise(() => undefined) },
  }
  server = await startTestServer({ clock: () => new Date(), handlers: { code, patience: 300 } })
  idpCert = await enableIdentityProvider(server)
  user = await server.addUser('ada@target.example')
  admin = await server.addUser('admin@target.example')
  app = await addSamlApp(
    server,
    'Wiki',
    {},
    { ...handled, pluginExecutionUserId: admin.id },
    { attributes: [{ key: 'mail', formula: '$User.Email' }] },
  )
  browser = await signedInBrowser(server, user.username, targetBase)
})

afterAll(() => server.close())

beforeEach(async () => {
  asked = []
  answers = { authorize: true, attributes: { badge: 'gold' }, response: (xml) => xml }
  await setPolicies({ ...handled, pluginExecutionUserId: admin.id, profileIds: [user.profileId] })
})

async function setPolicies(changed: Partial<AppPolicies>): Promise<void> {
  const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
  if (policies === undefined) throw new Error('The policies are gone.')
  await server.stores.apps.setPolicies({ ...policies, ...changed })
}

const goToApp = (): Promise<Stop> => browser.open(`${targetBase}/idp/login?app=${app.id}`)
const profile = async () => profileOf(serviceProvider(targetBase, idpCert), await goToApp())

/** The reason and the facts that the journal keeps of a page that refuses. */
async function refusalOf(stop: Stop) {
  expect(stop.html).toContain('Single Sign-On Error')
  const { refusal } = await server.journalOf(stop)
  return { reason: refusal?.reason, problem: refusal?.facts['problem'] }
}

describe('a custom connected app handler, where people sign in to the app by SAML', () => {
  it('is asked who may, what the app is told, and what is to be signed, with ids as Apex has them', async () => {
    expect(await profile()).toMatchObject({ nameID: user.username, badge: 'gold' })
    const [userId, appId] = [user.id.slice(0, 15), app.id.slice(0, 15)]
    expect(asked).toEqual([
      ['authorize', userId, appId, true, 'SAML_ASSERTION'],
      ['customAttributes', userId, appId, { mail: 'ada@target.example' }, 'SAML_ASSERTION'],
      [
        'modifySAMLResponse',
        expect.objectContaining({ UsersId: userId, Username: user.username }),
        appId,
        expect.any(String),
      ],
    ])
    expect(Object.keys(asked[2]?.[1] ?? {})).not.toContain('SessionId')
    const xml = String(asked[2]?.[3])
    expect(xml).toContain(`Destination="${acsUrl}"`)
    expect(xml).not.toContain('Signature')
  })

  it('changes who somebody is and what is said of them; that is what gets signed, whatever its prefixes are', async () => {
    answers.response = (xml) =>
      xml
        .replace('>ada@target.example</saml:NameID>', '>E-42</saml:NameID>')
        .replace(
          '</saml:AttributeStatement>',
          '<saml:Attribute Name="roles"><saml:AttributeValue>reader</saml:AttributeValue><saml:AttributeValue>a &amp; b</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
        )
        .replaceAll(/(<\/?)saml:/g, '$1a:')
        .replaceAll('xmlns:saml=', 'xmlns:a=')
    expect(await profile()).toMatchObject({ nameID: 'E-42', roles: ['reader', 'a & b'], badge: 'gold' })
    const { passed } = await server.journalOf(await goToApp())
    expect(passed.filter(({ check }) => check === 'app-handler')).toHaveLength(2)
  })

  it('lets in whom nothing is assigned to, and keeps out whom something is', async () => {
    await setPolicies({ profileIds: [] })
    expect(await profile()).toMatchObject({ nameID: user.username })
    await setPolicies({ profileIds: [user.profileId] })
    answers.authorize = false
    expect(await refusalOf(await goToApp())).toEqual({ reason: 'app-handler-refused', problem: '' })
  })

  it('is not asked who may where users authorize apps themselves; then what is assigned goes', async () => {
    await setPolicies({ isAdminApproved: false, profileIds: [] })
    expect(await refusalOf(await goToApp())).toMatchObject({ reason: 'saml-app-not-assigned' })
    expect(asked).toEqual([])
  })

  it('says what the app is told without a user to run as; anything else it would say then is refused', async () => {
    await setPolicies({ isAdminApproved: false, plugin: 'Naming', pluginExecutionUserId: undefined })
    expect(await profile()).toMatchObject({ badge: 'silver' })
    await setPolicies({ plugin: 'Recording' })
    expect(await refusalOf(await goToApp())).toEqual({
      reason: 'app-handler-refused',
      problem: 'it has no execution user',
    })
    expect(asked.map(([act]) => act)).toEqual(['customAttributes'])
  })

  it.each([
    [
      'the receiver',
      (xml: string) => xml.replaceAll(acsUrl, 'https://evil.example'),
      'it changed Response Destination',
    ],
    [
      'the audience',
      (xml: string) => xml.replace(/(<saml:Audience>)[^<]*/, '$1https://other.example'),
      'it changed Audience',
    ],
    ['the issuer', (xml: string) => xml.replaceAll(`>${targetBase}<`, '>https://idp.example<'), 'it changed Issuer'],
    [
      'how long it is good',
      (xml: string) => xml.replace(/(<saml:Conditions[^>]*NotOnOrAfter=")\d{4}/, '$12099'),
      'it changed Conditions NotOnOrAfter',
    ],
    ['its status', (xml: string) => xml.replace('status:Success', 'status:Requester'), 'it changed StatusCode Value'],
    [
      'a second audience',
      (xml: string) => xml.replace('</saml:Audience>', '</saml:Audience><saml:Audience>b</saml:Audience>'),
      'it changed AuthnStatement SessionIndex',
    ],
    [
      'an assertion inside of it',
      (xml: string) => xml.replace('</saml:AttributeValue>', '<saml:Assertion ID="_x"/></saml:AttributeValue>'),
      'it added Assertion ID',
    ],
    ['nothing of it', () => undefined, 'modifySAMLResponse answered something else than it should'],
    ['no XML', () => 'no', 'it is no well-formed XML'],
    ['another document', () => '<a/>', 'its outermost element is no Response'],
    ['a comment', (xml: string) => xml.replace('ada@', 'ada@<!-- -->'), 'it has a comment, which is not taken'],
  ])('signs nothing when it makes of it %s', async (_, response, problem) => {
    answers.response = response
    const refused = await refusalOf(await goToApp())
    expect(refused).toMatchObject({ reason: 'app-handler-refused', problem: expect.stringContaining(problem) })
  })

  it.each([
    ['is not there', { plugin: 'Gone' }, /Gone/],
    ['answers nothing in time', { plugin: 'Slow' }, /modifySAMLResponse did not answer within 0.3 seconds/],
  ])('signs nothing when it %s', async (_, changed, problem) => {
    await setPolicies(changed)
    expect(await refusalOf(await goToApp())).toEqual({
      reason: 'app-handler-refused',
      problem: expect.stringMatching(problem),
    })
  })

  it.each([['none'], [{ badge: 1 }], [undefined]])('signs nothing when it says %j of somebody', async (junk) => {
    answers.attributes = junk
    expect((await refusalOf(await goToApp())).problem).toBe('customAttributes answered something else than it should')
  })

  it('says no when it throws, and its words are on no page but those of admins', async () => {
    answers.response = () => {
      throw new Error('The directory is closed')
    }
    const page = await goToApp()
    expect(await refusalOf(page)).toEqual({
      reason: 'app-handler-refused',
      problem: 'modifySAMLResponse threw: Error: The directory is closed',
    })
    expect(responseXmlOn.bind(undefined, page)).toThrow()
  })
})
