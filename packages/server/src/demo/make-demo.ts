import type { CertificateStore } from '../certificates/certificate.ts'
import { exportableKey } from '../certificates/new-certificate.ts'
import { openConsumerSecret } from '../connected-apps/consumer-secret.ts'
import type { ApplyNeeds } from '../org-file/applied.ts'
import { applyOrgFile } from '../org-file/apply.ts'
import type { OrgEntry } from '../org-file/org-file.ts'
import { orgFileFrom } from '../org-file/read.ts'
import type { Org } from '../orgs/org.ts'
import { standardObjects } from '../rest/standard-objects.ts'
import type { Demo, DemoApp, DemoUser } from './demo.ts'
import { memorablePassword } from './memorable-password.ts'

/** Where the demo's orgs answer. */
export interface DemoAddresses {
  /** The login host, such as `http://localhost:8787`. */
  readonly mainUrl: string
  readonly ports: { readonly source: number; readonly target: number }
}

interface Needs extends ApplyNeeds {
  readonly certificates: ApplyNeeds['certificates'] & Pick<CertificateStore, 'findByName'>
}

/**
 * Makes the demo of a first start: **Source** holds a certificate with its private key; **Target** has an app that trusts
 * it, a web app, people with different profiles, and records. Made again (after a start that was cut short) it is
 * completed, with new passwords.
 */
export async function makeDemo(needs: Needs, addresses: DemoAddresses): Promise<Demo> {
  const admin = person('admin@source.example', 'Sara Source', 'Administers the org that calls.')
  await apply(needs, sourceEntry(admin, addresses))
  const source = await orgNamed(needs, 'Source')
  const held = await needs.certificates.findByName(source.id, 'Source_To_Target')
  const privateKey = held === undefined ? undefined : exportableKey(needs.seal, held)
  if (held === undefined || !privateKey?.ok) throw new Error('The demo has no certificate with a private key.')
  const { name, certificate } = held

  const people = {
    admin: person('admin@target.example', 'Tara Target', 'Administers the org that is called.'),
    integration: person('integration@target.example', 'Iggy Integration', 'Whom the integration app acts for.'),
    standard: person('user@target.example', 'Uma User', 'Signs in to the web app.'),
    outsider: person(
      'outsider@target.example',
      'Otto Outsider',
      'May sign in, but not use the integration app: see why it is refused.',
    ),
  }
  await apply(needs, targetEntry(people, certificate.pem, addresses))
  const target = await orgNamed(needs, 'Target')
  return {
    source: {
      org: demoOrgOf(source),
      admin,
      certificate: { name, certificate: certificate.pem, privateKey: privateKey.value },
    },
    target: {
      org: demoOrgOf(target),
      ...people,
      integrationApp: await appNamed(needs, target, 'Source_Integration'),
      webApp: await appNamed(needs, target, 'Demo_Web_App'),
    },
  }
}

function sourceEntry(admin: DemoUser, { ports }: DemoAddresses): OrgEntry {
  return {
    name: 'Source',
    myDomain: 'source',
    port: ports.source,
    type: 'production',
    users: [userEntry(admin, 'System Administrator')],
    certificates: [{ name: 'Source_To_Target', label: 'Source to Target' }],
    records: { Account: [{ Name: 'Lighthouse Parcels', Phone: '+1 555 0100', BillingState: 'WA' }] },
  }
}

type TargetPeople = Pick<Demo['target'], 'admin' | 'integration' | 'standard' | 'outsider'>

function targetEntry(people: TargetPeople, certificate: string, { mainUrl, ports }: DemoAddresses): OrgEntry {
  const success = new URL('/services/oauth2/success', mainUrl).href
  const walkthrough = new URL('/walkthrough/callback', mainUrl).href
  return {
    name: 'Target',
    myDomain: 'target',
    port: ports.target,
    type: 'production',
    profiles: [{ name: 'Integration User', permissions: ['ApiEnabled'], objectPermissions: ofEveryObject }],
    permissionSets: [{ name: 'Source_Access', label: 'Access by Source' }],
    users: [
      userEntry(people.admin, 'System Administrator'),
      userEntry(people.integration, 'Integration User', ['Source_Access']),
      userEntry(people.standard, 'Standard User'),
      userEntry(people.outsider, 'Standard User'),
    ],
    connectedApps: [
      {
        fullName: 'Source_Integration',
        label: 'Source Integration',
        contactEmail: people.admin.username,
        description: 'Calls Target from Source with a signed JWT: no password, no page.',
        oauthConfig: {
          callbackUrl: [success],
          certificate,
          scopes: ['Api', 'RefreshToken'],
          isAdminApproved: true,
        },
        profileName: ['System Administrator'],
        permissionSetName: ['Source_Access'],
      },
      {
        fullName: 'Demo_Web_App',
        label: 'Demo Web App',
        contactEmail: people.admin.username,
        description: 'Signs people in through the browser, and devices that have none.',
        oauthConfig: {
          callbackUrl: [success, 'http://127.0.0.1:9999/cb', walkthrough],
          scopes: ['Api', 'Web', 'OpenID', 'RefreshToken'],
          isDeviceFlowEnabled: true,
        },
      },
    ],
    records: {
      Account: [
        { Name: 'Edge Communications', Phone: '+1 512 555 0101', BillingState: 'TX', Type: 'Customer - Direct' },
        { Name: 'Burlington Textiles', Phone: '+1 336 555 0102', BillingState: 'NC', Type: 'Customer - Direct' },
        { Name: 'Pyramid Construction', Phone: '+33 1 55 50 01 03', Type: 'Customer - Channel' },
        { Name: 'Grand Hotels & Resorts', Phone: '+1 312 555 0104', BillingState: 'IL', Type: 'Customer - Direct' },
      ],
      Contact: [{ FirstName: 'Rose', LastName: 'Gonzalez', Title: 'SVP, Procurement', Email: 'rose@edge.example' }],
    },
  }
}

const ofEveryObject = standardObjects.map(({ name: object }) => ({
  object,
  allowCreate: true,
  allowRead: true,
  allowEdit: true,
  allowDelete: true,
}))

function person(username: string, name: string, about: string): DemoUser {
  return { username, name, about, password: memorablePassword() }
}

function userEntry({ username, password, name }: DemoUser, profile: string, permissionSets: string[] = []) {
  const [firstName = '', lastName = ''] = name.split(' ')
  return { username, password, email: username, firstName, lastName, profile, permissionSets }
}

async function apply(needs: Needs, org: OrgEntry): Promise<void> {
  const file = await orgFileFrom({ orgs: [org] }, `demo of ${org.name}`)
  const application = await applyOrgFile(needs, file, { allowsPasswords: true })
  if (application.ok) return
  // Such as an org of this name that somebody made with other settings.
  const mistakes = application.mistakes.map(({ path, message }) => `${path}: ${message}`)
  throw new Error(`The demo cannot be made here.\n${mistakes.join('\n')}`)
}

async function orgNamed({ orgs }: Pick<Needs, 'orgs'>, name: string): Promise<Org> {
  const org = await orgs.findByName(name)
  if (org === undefined) throw new Error(`The org ${name} was made, and is not there.`)
  return org
}

async function appNamed({ apps, seal }: Pick<Needs, 'apps' | 'seal'>, org: Org, fullName: string): Promise<DemoApp> {
  const app = await apps.findByName(org.id, fullName)
  if (app === undefined) throw new Error(`The app ${fullName} was made, and is not there.`)
  const { label, consumerKey, callbackUrls } = app
  return {
    fullName,
    label,
    consumerKey,
    consumerSecret: openConsumerSecret(seal, app),
    callbackUrls: [...callbackUrls],
  }
}

function demoOrgOf({ id, name, myDomain, port }: Org) {
  return { id, name, myDomain, port }
}
