import { expect } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { type Answer, answerOf, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

/** The path of the version that these tests ask. */
export const data = '/services/data/v67.0'

/** An org with records, and people who call its REST API. */
export interface DataOrg {
  readonly server: TestServer
  readonly app: ConnectedApp
  /** May everything. */
  readonly admin: User
  readonly adminToken: string
  /** A *Standard User*. */
  readonly standard: User
  readonly standardToken: string
}

/** Starts a server with an org that has an external id on Account, and an object of its own. */
export async function openDataOrg(): Promise<DataOrg> {
  const server = await startTestServer()
  const admin = await server.addUser('ada@target.example', {
    firstName: 'Ada',
    lastName: 'Lovelace',
    profileId: (await server.profile('System Administrator')).id,
  })
  const standard = await server.addUser('jo@target.example', { profileId: (await server.profile('Standard User')).id })
  const app = await server.addApp('Web_App')
  const adminToken = (await tokensFor(server, admin, app)).access_token
  const standardToken = (await tokensFor(server, standard, app)).access_token
  await server.stores.objects.put(server.org.id, {
    fullName: 'Account',
    fields: [{ fullName: 'Key__c', type: 'Text', length: 20, externalId: true, unique: true }],
  })
  await server.stores.objects.put(server.org.id, {
    fullName: 'Invoice__c',
    pluralLabel: 'Invoices',
    keyPrefix: 'a00',
    nameField: { type: 'AutoNumber' },
    fields: [
      { fullName: 'Amount__c', type: 'Currency', required: true },
      { fullName: 'Account__c', type: 'Lookup', referenceTo: 'Account', relationshipName: 'Invoices' },
      { fullName: 'Tags__c', type: 'MultiselectPicklist', values: ['red', 'green', 'blue'], restricted: true },
      { fullName: 'Paid__c', type: 'Checkbox' },
      { fullName: 'Due__c', type: 'DateTime' },
    ],
  })
  return { server, app, admin, adminToken, standard, standardToken }
}

/** Ways to ask the org, as its admin unless another token is given. @param open the org, once it is open */
export function callsOf(open: () => DataOrg) {
  return { ask, send, soql, create, column }

  async function ask(path: string, init: RequestInit = {}, token = open().adminToken): Promise<Answer> {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${token}`)
    const url = path.startsWith('http') ? path : targetBase + path
    return answerOf(await open().server.request(url, { ...init, headers }))
  }

  function send(method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
    const init = { method, headers: { 'content-type': 'application/json' } }
    return ask(data + path, body === undefined ? init : { ...init, body: JSON.stringify(body) }, token)
  }

  function soql(query: string, token?: string): Promise<Answer> {
    return ask(`${data}/query?${new URLSearchParams({ q: query })}`, {}, token)
  }

  async function create(object: string, fields: Record<string, unknown>, token?: string): Promise<string> {
    const answer = await send('POST', `/sobjects/${object}`, fields, token)
    expect([answer.status, answer.text]).toEqual([201, expect.anything()])
    return answer.body.id
  }

  /** The values of one column of a query's records. */
  async function column(query: string, name = 'Name', token?: string): Promise<unknown[]> {
    const { status, body, text } = await soql(query, token)
    expect([status, text]).toEqual([200, expect.anything()])
    return body.records.map((record: Record<string, unknown>) => record[name])
  }
}

/** The token of somebody of the other org, who may everything there and nothing here, at an app that both have. */
export async function strangerTokenOf({ server, app }: DataOrg): Promise<string> {
  const { otherOrg, stores } = server
  const profile = await stores.profiles.findByName(otherOrg.id, 'System Administrator')
  const stranger = await server.addUser('eve@other.example', { orgId: otherOrg.id, profileId: profile?.id ?? '' })
  const policies = await stores.apps.findPolicies(app.id, server.org.id)
  if (policies === undefined) throw new Error('The app has no policies.')
  await stores.apps.setPolicies({ ...policies, orgId: otherOrg.id })
  return (await tokensFor(server, stranger, app)).access_token
}
