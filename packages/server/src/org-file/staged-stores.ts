import type { AuthProvider, AuthProviderStore } from '../auth-providers/auth-provider.ts'
import type { CertificateStore, OrgCertificate } from '../certificates/certificate.ts'
import type { AppPolicies, ConnectedApp, ConnectedAppStore } from '../connected-apps/connected-app.ts'
import type { CustomScope, CustomScopeStore } from '../connected-apps/custom-scope.ts'
import type {
  CredentialStore,
  ExternalCredentialStore,
  Kept,
  NamedCredentialStore,
} from '../named-credentials/credential.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import type { CustomObject } from '../rest/custom-object.ts'
import type { ObjectStore, RecordStore, StoredRecord } from '../rest/record.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import type { TokenExchangeHandler, TokenExchangeHandlerStore } from '../token-exchange/token-exchange-handler.ts'
import type { CustomPermission, CustomPermissionStore } from '../users/custom-permission.ts'
import type { PermissionSet, PermissionSetStore, Profile, ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'

/** The stores that an org file is applied to: what the acts need, no more. */
export interface AppliedStores {
  readonly orgs: Pick<OrgStore, 'add' | 'update' | 'endAll' | 'findByName' | 'findByMyDomain' | 'findByPort'>
  readonly profiles: Pick<ProfileStore, 'add' | 'update' | 'findByName' | 'list'>
  readonly permissionSets: Pick<PermissionSetStore, 'add' | 'update' | 'findByName' | 'list'>
  readonly users: Pick<UserStore, 'add' | 'update' | 'setPassword' | 'findByUsername' | 'findByFederationId' | 'list'>
  readonly certificates: Pick<CertificateStore, 'add' | 'update' | 'findByName' | 'list'>
  readonly apps: Pick<
    ConnectedAppStore,
    | 'add'
    | 'update'
    | 'setSecret'
    | 'findByConsumerKey'
    | 'findByName'
    | 'list'
    | 'listBuiltIn'
    | 'findPolicies'
    | 'policiesOfApp'
    | 'setPolicies'
  >
  readonly customScopes: Pick<CustomScopeStore, 'add' | 'update' | 'list'>
  readonly customPermissions: Pick<CustomPermissionStore, 'add' | 'update' | 'list'>
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'add' | 'update' | 'findByName' | 'list'>
  readonly authProviders: Pick<AuthProviderStore, 'add' | 'update' | 'findByName'>
  readonly tokenExchangeHandlers: Pick<TokenExchangeHandlerStore, 'add' | 'update' | 'list'>
  readonly namedCredentials: Pick<NamedCredentialStore, 'add' | 'update' | 'list'>
  readonly externalCredentials: Pick<ExternalCredentialStore, 'add' | 'update' | 'list'>
  readonly objects: Pick<ObjectStore, 'definitions' | 'put'>
  readonly records: Pick<RecordStore, 'add' | 'list'>
}

/** Stores that keep what is written to themselves until it is committed; what they answer is as if it had been. */
export interface StagedStores extends AppliedStores {
  /** Does all writes in their order, asked for in one turn of the event loop, so that one commit holds them all. */
  commit(): Promise<void>
}

/**
 * Stages what acts write. So everything in an org file goes through the same acts as anything else, each sees what those
 * before it did, and a mistake in the last leaves nothing of the first.
 */
export function stagedStores(stores: AppliedStores): StagedStores {
  const writes: (() => Promise<unknown>)[] = []
  const orgs = changes<Org>()
  const profiles = changes<Profile>()
  const permissionSets = changes<PermissionSet>()
  const users = changes<User>()
  const certificates = changes<OrgCertificate>()
  const apps = changes<ConnectedApp>()
  const customScopes = changes<CustomScope>()
  const customPermissions = changes<CustomPermission>()
  const samlSsoConfigs = changes<SamlSsoConfig>()
  const providers = changes<AuthProvider>()
  const handlers = changes<TokenExchangeHandler>()
  const objects = new Map<string, readonly CustomObject[]>()
  const records = changes<StoredRecord>()
  const policies = new Map<string, AppPolicies>()
  const policyKey = ({ appId, orgId }: Pick<AppPolicies, 'appId' | 'orgId'>) => `${appId} ${orgId}`

  async function later(write: () => Promise<unknown>): Promise<void> {
    writes.push(write)
  }

  return {
    async commit() {
      await Promise.all(writes.map((write) => write()))
    },
    orgs: {
      add: (org) => later(orgs.put(org, () => stores.orgs.add(org))),
      update: (org) => later(orgs.put(org, () => stores.orgs.update(org))),
      endAll: (id) => later(() => stores.orgs.endAll(id)),
      findByName: async (name) => orgs.find((org) => org.name === name, await stores.orgs.findByName(name)),
      findByMyDomain: async (myDomain) =>
        orgs.find((org) => org.myDomain === myDomain, await stores.orgs.findByMyDomain(myDomain)),
      findByPort: async (port) => orgs.find((org) => org.port === port, await stores.orgs.findByPort(port)),
    },
    profiles: {
      add: (profile) => later(profiles.put(profile, () => stores.profiles.add(profile))),
      update: (profile) => later(profiles.put(profile, () => stores.profiles.update(profile))),
      findByName: async (orgId, name) =>
        profiles.find(
          inOrg(orgId, (profile) => profile.name === name),
          await stores.profiles.findByName(orgId, name),
        ),
      list: async (orgId) => profiles.all(inOrg(orgId), await stores.profiles.list(orgId)),
    },
    permissionSets: {
      add: (set) => later(permissionSets.put(set, () => stores.permissionSets.add(set))),
      update: (set) => later(permissionSets.put(set, () => stores.permissionSets.update(set))),
      findByName: async (orgId, name) =>
        permissionSets.find(
          inOrg(orgId, (set) => set.name === name),
          await stores.permissionSets.findByName(orgId, name),
        ),
      list: async (orgId) => permissionSets.all(inOrg(orgId), await stores.permissionSets.list(orgId)),
    },
    users: {
      add: (user) => later(users.put(user, () => stores.users.add(user))),
      update: async (id, details) => {
        const user = users.get(id) ?? (await stores.users.findByUsername(details.username))
        await later(
          user === undefined
            ? () => stores.users.update(id, details)
            : users.put({ ...user, ...details }, () => stores.users.update(id, details)),
        )
      },
      setPassword: (id, passwordHash, now) => later(() => stores.users.setPassword(id, passwordHash, now)),
      findByUsername: async (username) =>
        users.find((user) => user.username === username, await stores.users.findByUsername(username)),
      findByFederationId: async (orgId, federationId) =>
        users.find(
          inOrg(orgId, (user) => user.federationId === federationId),
          await stores.users.findByFederationId(orgId, federationId),
        ),
      list: async (orgId, page) => users.all(inOrg(orgId), await stores.users.list(orgId, page)).slice(0, page.limit),
    },
    certificates: {
      add: (certificate) => later(certificates.put(certificate, () => stores.certificates.add(certificate))),
      update: (certificate) => later(certificates.put(certificate, () => stores.certificates.update(certificate))),
      findByName: async (orgId, name) =>
        certificates.find(
          inOrg(orgId, (certificate) => certificate.name === name),
          await stores.certificates.findByName(orgId, name),
        ),
      list: async (orgId) => certificates.all(inOrg(orgId), await stores.certificates.list(orgId)),
    },
    apps: {
      add: (app, ofOrgs, files) => {
        for (const policy of ofOrgs) policies.set(policyKey(policy), policy)
        return later(apps.put(app, () => stores.apps.add(app, ofOrgs, files)))
      },
      update: (app, files) => later(apps.put(app, () => stores.apps.update(app, files))),
      setSecret: async (secret, done) => {
        const app = apps.get(secret.id)
        const write = () => stores.apps.setSecret(secret, done)
        await later(app === undefined ? write : apps.put({ ...app, ...secret }, write))
      },
      findByConsumerKey: async (key) =>
        apps.find((app) => app.consumerKey === key, await stores.apps.findByConsumerKey(key)),
      findByName: async (orgId, name) =>
        apps.find((app) => app.orgId === orgId && app.fullName === name, await stores.apps.findByName(orgId, name)),
      list: async (orgId) => apps.all((app) => app.orgId === orgId, await stores.apps.list(orgId)),
      listBuiltIn: () => stores.apps.listBuiltIn(),
      findPolicies: async (appId, orgId) =>
        policies.get(policyKey({ appId, orgId })) ?? (await stores.apps.findPolicies(appId, orgId)),
      policiesOfApp: async (appId) => {
        const stored = (await stores.apps.policiesOfApp(appId)).filter((policy) => !policies.has(policyKey(policy)))
        return [...stored, ...[...policies.values()].filter((policy) => policy.appId === appId)]
      },
      setPolicies: (policy) => {
        policies.set(policyKey(policy), policy)
        return later(() => stores.apps.setPolicies(policy))
      },
    },
    customScopes: {
      add: (scope) => later(customScopes.put(scope, () => stores.customScopes.add(scope))),
      update: (scope) => later(customScopes.put(scope, () => stores.customScopes.update(scope))),
      list: async (orgId) => customScopes.all(inOrg(orgId), await stores.customScopes.list(orgId)),
    },
    customPermissions: {
      add: (permission) => later(customPermissions.put(permission, () => stores.customPermissions.add(permission))),
      update: (permission) =>
        later(customPermissions.put(permission, () => stores.customPermissions.update(permission))),
      list: async (orgId) => customPermissions.all(inOrg(orgId), await stores.customPermissions.list(orgId)),
    },
    samlSsoConfigs: {
      add: (config) => later(samlSsoConfigs.put(config, () => stores.samlSsoConfigs.add(config))),
      update: (config) => later(samlSsoConfigs.put(config, () => stores.samlSsoConfigs.update(config))),
      findByName: async (orgId, name) =>
        samlSsoConfigs.find(
          inOrg(orgId, (config) => config.fullName === name),
          await stores.samlSsoConfigs.findByName(orgId, name),
        ),
      list: async (orgId) => samlSsoConfigs.all(inOrg(orgId), await stores.samlSsoConfigs.list(orgId)),
    },
    authProviders: {
      add: (provider) => later(providers.put(provider, () => stores.authProviders.add(provider))),
      update: (provider) => later(providers.put(provider, () => stores.authProviders.update(provider))),
      findByName: async (orgId, name) =>
        providers.find(
          inOrg(orgId, (provider) => provider.developerName === name),
          await stores.authProviders.findByName(orgId, name),
        ),
    },
    tokenExchangeHandlers: {
      add: (handler) => later(handlers.put(handler, () => stores.tokenExchangeHandlers.add(handler))),
      update: (handler) => later(handlers.put(handler, () => stores.tokenExchangeHandlers.update(handler))),
      list: async (orgId) => handlers.all(inOrg(orgId), await stores.tokenExchangeHandlers.list(orgId)),
    },
    namedCredentials: stagedCredentials(stores.namedCredentials, later),
    externalCredentials: stagedCredentials(stores.externalCredentials, later),
    objects: {
      definitions: async (orgId) => objects.get(orgId) ?? (await stores.objects.definitions(orgId)),
      async put(orgId, object) {
        const before = objects.get(orgId) ?? (await stores.objects.definitions(orgId))
        objects.set(orgId, [...before.filter(({ fullName }) => fullName !== object.fullName), object])
        await later(() => stores.objects.put(orgId, object))
      },
    },
    records: {
      add: (record, keys) => later(records.put(record, () => stores.records.add(record, keys))),
      list: (orgId, object, page) => stores.records.list(orgId, object, page),
    },
  }
}

function stagedCredentials<Settings>(
  store: Pick<CredentialStore<Kept<Settings>>, 'add' | 'update' | 'list'>,
  later: (write: () => Promise<unknown>) => Promise<void>,
): Pick<CredentialStore<Kept<Settings>>, 'add' | 'update' | 'list'> {
  const credentials = changes<Kept<Settings>>()
  return {
    add: (credential) => later(credentials.put(credential, () => store.add(credential))),
    update: (credential) => later(credentials.put(credential, () => store.update(credential))),
    list: async (orgId) => credentials.all(inOrg(orgId), await store.list(orgId)),
  }
}

/** What is to be changed of one kind of thing, by id, with the old seen through where nothing changes. */
function changes<Thing extends { readonly id: string }>() {
  const changed = new Map<string, Thing>()
  return {
    /** Notes the change, and gives back what is to be done for it later. */
    put(thing: Thing, write: () => Promise<unknown>): () => Promise<unknown> {
      changed.set(thing.id, thing)
      return write
    },
    get: (id: string) => changed.get(id),
    find(is: (thing: Thing) => boolean, stored: Thing | undefined): Thing | undefined {
      for (const thing of changed.values()) if (is(thing)) return thing
      return stored !== undefined && changed.has(stored.id) ? undefined : stored
    },
    all(is: (thing: Thing) => boolean, stored: readonly Thing[]): readonly Thing[] {
      return [...stored.filter(({ id }) => !changed.has(id)), ...[...changed.values()].filter(is)]
    },
  }
}

function inOrg<Thing extends { readonly orgId: string }>(
  orgId: string,
  is: (thing: Thing) => boolean = () => true,
): (thing: Thing) => boolean {
  return (thing) => thing.orgId === orgId && is(thing)
}
