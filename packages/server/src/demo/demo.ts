import { randomInt } from 'node:crypto'
import { readCertificate } from '../certificates/certificate.ts'
import { selfSigned } from '../certificates/self-signed.ts'
import { newConsumerKey, newConsumerSecret } from '../connected-apps/consumer-secret.ts'
import type { OrgEntry, OrgFile } from '../org-file/org-file.ts'

/** Where the demo's server is, and where its files go. */
export interface DemoPlace {
  /** The login host, such as `http://localhost:8787`. */
  readonly mainUrl: string
  readonly sourcePort: number
  readonly targetPort: number
  /** Where a program on this machine waits for the browser to come back. */
  readonly callbackUrl: string
  /** Where the caller keeps the private key of {@link Demo.privateKey}, as the org file names it. */
  readonly privateKeyFile: string
  readonly now: Date
}

/** A user of the demo, and what they are there to show. */
export interface DemoPerson {
  readonly org: 'Source' | 'Target'
  readonly username: string
  readonly password: string
  readonly note: string
}

/** A connected app of the demo. */
export interface DemoApp {
  readonly org: 'Target'
  readonly label: string
  readonly consumerKey: string
  readonly consumerSecret: string
  readonly callbackUrls: readonly string[]
  readonly note: string
}

/** Two orgs that are integrated with each other: Source holds a key, Target trusts its certificate. */
export interface Demo {
  /** All of it, to be applied like any other org file. */
  readonly orgFile: OrgFile
  readonly people: readonly DemoPerson[]
  /** For the web server flow: a person signs in. */
  readonly webApp: DemoApp
  /** For the JWT bearer flow: Source's key signs. */
  readonly integration: DemoApp
  /** For whom the integration acts. */
  readonly integrationUsername: string
  /** Who allows the web app. */
  readonly webUsername: string
  /** PKCS#8 PEM of the certificate `Source_To_Target`; to be kept where {@link DemoPlace.privateKeyFile} says. */
  readonly privateKey: string
}

/** Makes a demo: names are always the same; keys, secrets and passwords are new each time. */
export async function makeDemo(place: DemoPlace): Promise<Demo> {
  const made = await selfSigned({
    name: 'Source_To_Target',
    orgId: '00D000000000000EAA',
    keySize: 2048,
    now: place.now,
  })
  const reading = readCertificate(made.certificate)
  if (!reading.ok) throw new Error(`The demo's own certificate cannot be read: ${reading.problem}.`)
  const certificate = reading.certificate.pem
  const people: readonly DemoPerson[] = [
    person('Target', 'admin@target.example', 'administers Target and may use every app'),
    person('Target', 'integration@target.example', 'for whom the JWT bearer flow acts'),
    person('Target', 'user@target.example', 'a standard user; may use the web app'),
    person('Target', 'outsider@target.example', 'may sign in, but not use the integration: see why it is refused'),
    person('Source', 'admin@source.example', 'administers Source, which holds the private key'),
  ]
  const webApp = app(
    'Demo Web App',
    [place.callbackUrl, `${place.mainUrl}/services/oauth2/success`],
    'web server flow: users approve it themselves',
  )
  const integration = app(
    'Source Integration',
    [`${place.mainUrl}/services/oauth2/success`],
    'JWT bearer flow: an admin approved it for one permission set',
  )
  const orgs = [sourceOrg(place, certificate, people), targetOrg(place, certificate, people, webApp, integration)]
  return {
    orgFile: { orgs },
    people,
    webApp,
    integration,
    integrationUsername: 'integration@target.example',
    webUsername: 'user@target.example',
    privateKey: made.privateKey,
  }
}

function sourceOrg(
  { sourcePort, privateKeyFile }: DemoPlace,
  certificate: string,
  people: readonly DemoPerson[],
): OrgEntry {
  return {
    name: 'Source',
    myDomain: 'source',
    port: sourcePort,
    users: [user(people, 'admin@source.example', 'Sam', 'Source', 'System Administrator')],
    certificates: [{ name: 'Source_To_Target', certificate, privateKeyFile }],
    records: { Account: [{ Name: 'Grand Hotels & Resorts' }, { Name: 'United Oil & Gas' }] },
  }
}

function targetOrg(
  { targetPort }: DemoPlace,
  certificate: string,
  people: readonly DemoPerson[],
  webApp: DemoApp,
  integration: DemoApp,
): OrgEntry {
  return {
    name: 'Target',
    myDomain: 'target',
    port: targetPort,
    permissionSets: [{ name: 'Integration_Access', label: 'Integration Access' }],
    users: [
      user(people, 'admin@target.example', 'Tara', 'Target', 'System Administrator'),
      {
        ...user(people, 'integration@target.example', 'Ingo', 'Integration', 'Standard User'),
        permissionSets: ['Integration_Access'],
      },
      user(people, 'user@target.example', 'Uma', 'User', 'Standard User'),
      user(people, 'outsider@target.example', 'Otto', 'Outsider', 'Standard User'),
    ],
    connectedApps: [
      {
        ...basics('Demo_Web_App', webApp),
        description: 'Shows the web server flow of the demo.',
        oauthConfig: {
          ...keys(webApp),
          scopes: ['Api', 'Web', 'OpenID', 'RefreshToken'],
        },
      },
      {
        ...basics('Source_Integration', integration),
        description: 'Lets Source read the accounts of Target.',
        oauthConfig: { ...keys(integration), certificate, scopes: ['Api', 'RefreshToken'], isAdminApproved: true },
        profileName: ['System Administrator'],
        permissionSetName: ['Integration_Access'],
      },
    ],
    records: {
      Account: [
        { Name: 'Edge Communications', Phone: '(512) 757-6000', BillingState: 'TX', Type: 'Customer - Direct' },
        { Name: 'Burlington Textiles', Phone: '(336) 222-7000', BillingState: 'NC', Type: 'Customer - Direct' },
        { Name: 'Pyramid Construction', Phone: '(014) 427-4427', Type: 'Customer - Channel' },
      ],
    },
  }
}

function basics(fullName: string, { label }: DemoApp) {
  return { fullName, label, contactEmail: 'admin@target.example' }
}

function keys({ callbackUrls, consumerKey, consumerSecret }: DemoApp) {
  return { callbackUrl: [...callbackUrls], consumerKey, consumerSecret }
}

function app(label: string, callbackUrls: readonly string[], note: string): DemoApp {
  // A consumer key that is given, rather than made, has letters and digits only.
  const consumerKey = newConsumerKey().replaceAll(/[._]/g, '0')
  return { org: 'Target', label, consumerKey, consumerSecret: newConsumerSecret(), callbackUrls, note }
}

function person(org: DemoPerson['org'], username: string, note: string): DemoPerson {
  return { org, username, password: memorablePassword(), note }
}

function user(people: readonly DemoPerson[], username: string, firstName: string, lastName: string, profile: string) {
  const password = people.find((one) => one.username === username)?.password
  return { username, email: username, firstName, lastName, profile, ...(password === undefined ? {} : { password }) }
}

const words = [
  'amber',
  'anchor',
  'arch',
  'badge',
  'banner',
  'barrel',
  'basalt',
  'beacon',
  'bridge',
  'bronze',
  'canvas',
  'castle',
  'cedar',
  'chalk',
  'cliff',
  'clover',
  'copper',
  'coral',
  'crane',
  'dawn',
  'delta',
  'ember',
  'falcon',
  'fennel',
  'ferry',
  'flint',
  'forest',
  'garnet',
  'gate',
  'granite',
  'harbor',
  'hazel',
  'heron',
  'island',
  'ivory',
  'juniper',
  'lantern',
  'laurel',
  'linen',
  'lunar',
  'maple',
  'marble',
  'meadow',
  'moat',
  'north',
  'oak',
  'olive',
  'orchid',
  'otter',
  'pebble',
  'pine',
  'plain',
  'quartz',
  'rampart',
  'raven',
  'ridge',
  'river',
  'saffron',
  'slate',
  'sparrow',
  'spruce',
  'tower',
  'valley',
  'willow',
] as const

/** Three words and two digits: 25 bits, for accounts that only this machine can reach. */
function memorablePassword(): string {
  const word = () => words[randomInt(words.length)] ?? 'gate'
  return `${word()}-${word()}-${word()}-${randomInt(10, 100)}`
}
