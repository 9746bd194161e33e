import type { ServerOptions } from '../../src/options.ts'
import { consumerSecret, type Signer, type TestServer } from '../flows/test-server.ts'

/** Who is in the walkthrough of the tests. */
export const people = {
  person: 'ada@target.example',
  robot: 'robot@target.example',
  outsider: 'outsider@target.example',
} as const

/** What is offered: an app to sign in to, and one that signs, as in the demo. */
export function offerAt(base: string, { privateKey }: Signer): ServerOptions['walkthrough'] {
  const callbackUrls = [`${base}/walkthrough/callback`]
  const users = Object.values(people).map((username) => ({ username, note: `Note on ${username}.` }))
  const app = (fullName: string) => ({
    fullName,
    label: fullName.replaceAll('_', ' '),
    consumerKey: `3MVG9${fullName}`,
    consumerSecret,
    callbackUrls,
  })
  return {
    users,
    apps: [
      { ...app('Web_App'), privateKey: undefined, username: people.person, outsider: undefined },
      {
        ...app('Integration'),
        privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
        username: people.robot,
        outsider: people.outsider,
      },
    ],
  }
}

const readsAccounts = {
  object: 'Account',
  allowCreate: false,
  allowRead: true,
  allowEdit: false,
  allowDelete: false,
}

/** Puts into the server what is offered. */
export async function addOffered(server: TestServer): Promise<void> {
  const callbackUrls = [`${server.base}/walkthrough/callback`]
  const profile = await server.addProfile({ name: 'Integration', objectPermissions: [readsAccounts] })
  await server.addUser(people.person)
  await server.addUser(people.robot, { profileId: profile.id })
  await server.addUser(people.outsider)
  await server.addApp('Web_App', { callbackUrls })
  // One that is not offered: somebody's own.
  await server.addApp('Own', { callbackUrls })
  await server.addApp('Integration', { callbackUrls }, { isAdminApproved: true, profileIds: [profile.id] })
}
