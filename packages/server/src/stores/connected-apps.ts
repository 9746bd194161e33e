import type { Selectable } from 'kysely'
import { z } from 'zod'
import {
  type AppPolicies,
  type ConnectedApp,
  type ConnectedAppStore,
  defaultPolicies,
  uninstalledPolicies,
} from '../connected-apps/connected-app.ts'
import { heldFiles, noMobileSettings } from '../connected-apps/mobile-app.ts'
import type { MobileFileContent } from '../connected-apps/mobile-file.ts'
import { readCanvas, readMobile, writeAppearance } from './app-appearance.ts'
import { type Noting, ofExternalApp } from './audit-trail.ts'
import {
  flag,
  ifFound,
  instant,
  instantOrNull,
  readBytes,
  readInstant,
  readInstantOrNull,
  readIpRanges,
  readPolicy,
  readScopes,
  readStoredCertificate,
  readTexts,
  scopeText,
} from './column-values.ts'
import type { Database, Transaction } from './database.ts'
import { readSamlConfig, writeSamlConfig } from './saml-config.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const apps = { section: 'Connected Apps' }
const secretNotes = {
  rotated: { action: 'rotateConsumerSecret', text: 'Rotated consumer secret of connected app' },
  finished: { action: 'finishConsumerSecretRotation', text: 'Ended previous consumer secret of connected app' },
  replaced: { action: 'replaceConsumerSecret', text: 'Replaced consumer secret of connected app' },
} as const

/** Connected apps and policies in the database. */
export function connectedAppStore(database: Database): Noting<ConnectedAppStore> {
  const { queries, read, write, change, cache } = database
  const select = queries.selectFrom('connected_apps').selectAll()
  const findById = statement((given: Placeholder<{ id: string }>) => select.where('id', '=', given('id')))
  const findByConsumerKey = statement((given: Placeholder<{ consumerKey: string }>) =>
    select.where('consumer_key', '=', given('consumerKey')),
  )
  const findByName = statement((given: Placeholder<{ orgId: string; fullName: string }>) =>
    select.where('org_id', '=', given('orgId')).where('full_name', '=', given('fullName')),
  )
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    select.where('org_id', '=', given('orgId')).orderBy('label').orderBy('id'),
  )
  const listBuiltIn = statement(() => select.where('org_id', 'is', null).orderBy('label').orderBy('id'))
  const findPolicies = statement((given: Placeholder<{ appId: string; orgId: string }>) =>
    queries
      .selectFrom('app_policies')
      .selectAll()
      .where('app_id', '=', given('appId'))
      .where('org_id', '=', given('orgId')),
  )
  const listPoliciesOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    queries.selectFrom('app_policies').selectAll().where('org_id', '=', given('orgId')).orderBy('app_id'),
  )
  const listPoliciesOfApp = statement((given: Placeholder<{ appId: string }>) =>
    queries.selectFrom('app_policies').selectAll().where('app_id', '=', given('appId')).orderBy('org_id'),
  )
  const childrenOf = statement((given: Placeholder<{ parentId: string }>) =>
    queries.selectFrom('registered_apps').select('app_id').where('parent_id', '=', given('parentId')),
  )
  const listPieces = statement((given: Placeholder<{ appId: string; sha256: string }>) =>
    queries
      .selectFrom('connected_app_files')
      .select('bytes')
      .where('app_id', '=', given('appId'))
      .where('sha256', '=', given('sha256'))
      .orderBy('piece'),
  )
  const byId = cache<ConnectedApp>(10_000)
  const byConsumerKey = cache<ConnectedApp>(10_000)
  const policiesOf = cache<AppPolicies>(10_000)

  return (note) => ({
    async add(app, policies, files = []) {
      await change(async (tx) => {
        if (app.orgId !== undefined) {
          const did = { ...apps, action: 'insertConnectedApplication', text: 'Created connected app' }
          const to = { orgId: app.orgId, name: app.label }
          await note(tx, { ...(app.external === undefined ? did : ofExternalApp(did)), to })
        }
        await tx.execute(queries.insertInto('connected_apps').values(toRow(app)))
        for (const one of policies) await tx.execute(queries.insertInto('app_policies').values(toPoliciesRow(one)))
        await addFiles(tx, app.id, files)
      })
    },
    find: (id) => byId.get(id, async () => ifFound(await read.first(findById, { id }), fromRow)),
    findByConsumerKey: (consumerKey) =>
      byConsumerKey.get(consumerKey, async () =>
        ifFound(await read.first(findByConsumerKey, { consumerKey }), fromRow),
      ),
    async findByName(orgId, fullName) {
      return ifFound(await read.first(findByName, { orgId, fullName }), fromRow)
    },
    async list(orgId) {
      return (await read.all(listOfOrg, { orgId })).map(readyOr)
    },
    async listBuiltIn() {
      return (await read.all(listBuiltIn, {})).map(fromRow)
    },
    async update(app, files = []) {
      const { id, org_id, consumer_key, created_at, secret_hash, secret_sealed, previous_secret_hash, ...changed } =
        toRow(app)
      await change(async (tx) => {
        await note(tx, {
          ...apps,
          action: 'updateConnectedApplication',
          text: 'Changed connected app',
          to: { app: id },
        })
        await addFiles(tx, id, files)
        const gone = queries.deleteFrom('connected_app_files').where('app_id', '=', id)
        const held = heldFiles(app.mobile).map(({ sha256 }) => sha256)
        await tx.execute(held.length === 0 ? gone : gone.where('sha256', 'not in', held))
        return tx.execute(queries.updateTable('connected_apps').set(changed).where('id', '=', id))
      })
    },
    async findFile(appId, sha256) {
      const pieces = await read.all(listPieces, { appId, sha256 })
      return pieces.length === 0 ? undefined : Buffer.concat(pieces.map(({ bytes }) => bytes))
    },
    async setSecret(app, done) {
      const changed = { ...secretColumns(app), modified_at: instant(app.modifiedAt) }
      await change(async (tx) => {
        await note(tx, { ...apps, ...secretNotes[done], to: { app: app.id } })
        return tx.execute(queries.updateTable('connected_apps').set(changed).where('id', '=', app.id))
      })
    },
    async noteReveal(id) {
      const did = { action: 'revealConsumerSecret', text: 'Revealed consumer secret of connected app' }
      await write((tx) => note(tx, { ...apps, ...did, to: { app: id } }))
    },
    async delete(id) {
      await change(async (tx) => {
        // Apps that registered themselves under it stood on it.
        for (const { app_id } of await tx.all(childrenOf, { parentId: id })) await remove(tx, app_id)
        await remove(tx, id)
      })

      async function remove(tx: Transaction, id: string) {
        const approvals = queries.selectFrom('approvals').select('id').where('app_id', '=', id)
        const refreshTokens = queries.selectFrom('refresh_tokens').select('id').where('approval_id', 'in', approvals)
        const did = { action: 'deleteConnectedApplication', text: 'Deleted connected app' }
        await note(tx, { ...apps, ...did, to: { app: id } })
        await tx.execute(queries.deleteFrom('initial_access_tokens').where('app_id', '=', id))
        await tx.execute(queries.deleteFrom('registered_apps').where('app_id', '=', id))
        await tx.execute(queries.deleteFrom('rotated_refresh_tokens').where('refresh_token_id', 'in', refreshTokens))
        await tx.execute(queries.deleteFrom('refresh_tokens').where('approval_id', 'in', approvals))
        // Access tokens and codes without an approval are none; they are cleared away when their time is over.
        await tx.execute(queries.deleteFrom('approvals').where('app_id', '=', id))
        await tx.execute(queries.updateTable('custom_permissions').set({ app_id: null }).where('app_id', '=', id))
        await tx.execute(queries.deleteFrom('app_policies').where('app_id', '=', id))
        await tx.execute(queries.deleteFrom('token_exchange_enablements').where('app_id', '=', id))
        await tx.execute(queries.deleteFrom('connected_app_files').where('app_id', '=', id))
        await tx.execute(queries.deleteFrom('connected_apps').where('id', '=', id))
      }
    },
    findPolicies: (appId, orgId) =>
      policiesOf.get(appId + orgId, async () =>
        ifFound(await read.first(findPolicies, { appId, orgId }), fromPoliciesRow),
      ),
    async policiesOfOrg(orgId) {
      return (await read.all(listPoliciesOfOrg, { orgId })).map(fromPoliciesRow)
    },
    async policiesOfApp(appId) {
      return (await read.all(listPoliciesOfApp, { appId })).map(fromPoliciesRow)
    },
    async setPolicies(policies) {
      const row = toPoliciesRow(policies)
      const { app_id, org_id, epoch, ...changed } = row
      const query = queries
        .insertInto('app_policies')
        .values(row)
        .onConflict((conflict) => conflict.columns(['app_id', 'org_id']).doUpdateSet(changed))
      await change(async (tx) => {
        const to = { app: app_id, orgId: org_id }
        await note(tx, { ...apps, action: 'updateConnectedApplication', text: 'Changed policies of connected app', to })
        return tx.execute(query)
      })
    },
    async install(appId, orgId) {
      const query = queries
        .insertInto('app_policies')
        .values(toPoliciesRow({ ...defaultPolicies, appId, orgId }))
        .onConflict((conflict) =>
          conflict.columns(['app_id', 'org_id']).doUpdateSet({ is_installed: flag(true), refused_at: null }),
        )
      await change(async (tx) => {
        const to = { app: appId, orgId }
        await note(tx, { ...apps, action: 'installConnectedApplication', text: 'Installed connected app', to })
        return tx.execute(query)
      })
    },
    async uninstall(appId, orgId) {
      const gone = toPoliciesRow(uninstalledPolicies(appId, orgId))
      const { app_id, org_id, epoch, is_blocked, ...forgotten } = gone
      const query = queries
        .updateTable('app_policies')
        .set(forgotten)
        .where('app_id', '=', app_id)
        .where('org_id', '=', org_id)
      await change(async (tx) => {
        const to = { app: appId, orgId }
        await note(tx, { ...apps, action: 'uninstallConnectedApplication', text: 'Uninstalled connected app', to })
        return tx.execute(query)
      })
    },
    async noteUninstalledUse(appId, orgId, refusedAt) {
      const row = toPoliciesRow({ ...uninstalledPolicies(appId, orgId), lastRefusedAt: refusedAt })
      const insert = queries.insertInto('app_policies').values(row)
      const query =
        refusedAt === undefined
          ? insert.onConflict((conflict) => conflict.doNothing())
          : insert.onConflict((conflict) =>
              conflict
                .columns(['app_id', 'org_id'])
                .doUpdateSet({ refused_at: row.refused_at })
                // Should it have been installed meanwhile, nobody is refused any more.
                .where('app_policies.is_installed', '=', flag(false)),
            )
      await change((tx) => tx.execute(query))
    },
    async endAll(appId, orgId, isBlocked) {
      const ended = queries
        .updateTable('app_policies')
        .set((policies) => ({
          epoch: policies('epoch', '+', 1),
          is_blocked: isBlocked ? policies.val(flag(true)) : policies.ref('is_blocked'),
        }))
        .where('app_id', '=', appId)
        .where('org_id', '=', orgId)
      await change(async (tx) => {
        const did = isBlocked
          ? { action: 'blockConnectedApplication', text: 'Blocked connected app' }
          : { action: 'revokeConnectedApplication', text: 'Revoked every token of connected app' }
        await note(tx, { ...apps, ...did, to: { app: appId, orgId } })
        return tx.execute(ended)
      })
    },
  })

  /** An app that is ready and still so: reading its certificate and its settings again takes most of the time of a list. */
  function readyOr(row: Row): ConnectedApp {
    const ready = byId.peek(row.id)
    return ready !== undefined && instant(ready.modifiedAt) === row.modified_at ? ready : fromRow(row)
  }

  async function addFiles(tx: Transaction, appId: string, files: readonly MobileFileContent[]): Promise<void> {
    for (const { sha256, bytes } of files) {
      for (let piece = 0; piece * pieceLength < bytes.length; piece += 1) {
        const row = {
          app_id: appId,
          sha256,
          piece,
          bytes: bytes.subarray(piece * pieceLength, (piece + 1) * pieceLength),
        }
        const insert = queries.insertInto('connected_app_files').values(row)
        // The same bytes again are the same file.
        await tx.execute(insert.onConflict((conflict) => conflict.doNothing()))
      }
    }
  }
}

/** Bytes of one row: what copies and backups hold of a table at a time stays small. */
const pieceLength = 65_536

type Row = Selectable<Tables['connected_apps']>
type PoliciesRow = Selectable<Tables['app_policies']>

/** An app as a row. */
export function toRow(app: ConnectedApp): Row {
  return {
    id: app.id,
    org_id: app.orgId ?? null,
    full_name: app.fullName,
    label: app.label,
    distribution_state: app.external?.distributionState ?? null,
    contact_email: app.contactEmail,
    contact_phone: app.contactPhone ?? null,
    description: app.description ?? null,
    info_url: app.infoUrl ?? null,
    logo_url: app.logoUrl ?? null,
    icon_url: app.iconUrl ?? null,
    start_url: app.startUrl ?? null,
    consumer_key: app.consumerKey,
    ...secretColumns(app),
    callback_urls: JSON.stringify(app.callbackUrls),
    certificate: app.certificate?.pem ?? null,
    scopes: scopeText(app.scopes),
    is_consumer_secret_optional: flag(app.isConsumerSecretOptional),
    is_secret_required_for_refresh_token: flag(app.isSecretRequiredForRefreshToken),
    is_pkce_required: flag(app.isPkceRequired),
    is_introspect_all_tokens: flag(app.isIntrospectAllTokens),
    is_refresh_token_rotation_enabled: flag(app.isRefreshTokenRotationEnabled),
    is_client_credential_enabled: flag(app.isClientCredentialEnabled),
    is_named_user_jwt_enabled: flag(app.isNamedUserJwtEnabled),
    is_device_flow_enabled: flag(app.isDeviceFlowEnabled),
    attributes: JSON.stringify(app.attributes),
    is_user_agent_enabled: flag(app.isUserAgentEnabled),
    is_username_password_enabled: flag(app.isUsernamePasswordEnabled),
    is_code_credential_enabled: flag(app.isCodeCredentialEnabled),
    is_code_credential_post_only: flag(app.isCodeCredentialPostOnly),
    is_token_exchange_enabled: flag(app.isTokenExchangeEnabled),
    is_secret_required_for_token_exchange: flag(app.isSecretRequiredForTokenExchange),
    asset_token_config: app.assetTokenConfig === undefined ? null : JSON.stringify(app.assetTokenConfig),
    id_token_config: JSON.stringify(app.idTokenConfig),
    ip_ranges: JSON.stringify(app.ipRanges),
    single_logout_url: app.singleLogoutUrl ?? null,
    mobile: writeAppearance(app.mobile),
    canvas: app.canvas === undefined ? null : writeAppearance(app.canvas),
    saml_config: app.saml === undefined ? null : writeSamlConfig(app.saml),
    created_at: instant(app.createdAt),
    modified_at: instant(app.modifiedAt),
  }
}

function secretColumns({ consumerSecret }: Pick<ConnectedApp, 'consumerSecret'>) {
  return {
    secret_hash: consumerSecret.hash,
    secret_sealed: consumerSecret.sealed,
    previous_secret_hash: consumerSecret.previousHash ?? null,
  }
}

const idTokenConfigSchema = z.object({
  validity: z.number(),
  audiences: z.array(z.string()),
  includesStandardClaims: z.boolean(),
  // What was stored before there were these has neither.
  includesAttributes: z.boolean().default(false),
  includesCustomPermissions: z.boolean().default(false),
})

const attributesSchema = z.array(z.object({ key: z.string(), formula: z.string() }))

const assetTokenConfigSchema = z.object({
  validity: z.number(),
  certificate: z.string(),
  audiences: z.array(z.string()),
  includesAttributes: z.boolean(),
  includesCustomPermissions: z.boolean(),
})

function fromRow(row: Row): ConnectedApp {
  return {
    id: row.id,
    orgId: row.org_id ?? undefined,
    fullName: row.full_name,
    label: row.label,
    external: row.distribution_state === null ? undefined : { distributionState: row.distribution_state },
    contactEmail: row.contact_email,
    contactPhone: row.contact_phone ?? undefined,
    description: row.description ?? undefined,
    infoUrl: row.info_url ?? undefined,
    logoUrl: row.logo_url ?? undefined,
    iconUrl: row.icon_url ?? undefined,
    startUrl: row.start_url ?? undefined,
    consumerKey: row.consumer_key,
    consumerSecret: {
      hash: readBytes(row.secret_hash),
      sealed: row.secret_sealed,
      previousHash: ifFound(row.previous_secret_hash ?? undefined, readBytes),
    },
    callbackUrls: readTexts(row.callback_urls),
    certificate: ifFound(row.certificate ?? undefined, readStoredCertificate),
    scopes: readScopes(row.scopes),
    isConsumerSecretOptional: row.is_consumer_secret_optional === 1,
    isSecretRequiredForRefreshToken: row.is_secret_required_for_refresh_token === 1,
    isPkceRequired: row.is_pkce_required === 1,
    isIntrospectAllTokens: row.is_introspect_all_tokens === 1,
    isRefreshTokenRotationEnabled: row.is_refresh_token_rotation_enabled === 1,
    isClientCredentialEnabled: row.is_client_credential_enabled === 1,
    isNamedUserJwtEnabled: row.is_named_user_jwt_enabled === 1,
    isDeviceFlowEnabled: row.is_device_flow_enabled === 1,
    attributes: row.attributes === '[]' ? [] : attributesSchema.parse(JSON.parse(row.attributes)),
    isUserAgentEnabled: row.is_user_agent_enabled === 1,
    isUsernamePasswordEnabled: row.is_username_password_enabled === 1,
    isCodeCredentialEnabled: row.is_code_credential_enabled === 1,
    isCodeCredentialPostOnly: row.is_code_credential_post_only === 1,
    isTokenExchangeEnabled: row.is_token_exchange_enabled === 1,
    isSecretRequiredForTokenExchange: row.is_secret_required_for_token_exchange === 1,
    assetTokenConfig: ifFound(row.asset_token_config ?? undefined, (text) =>
      assetTokenConfigSchema.parse(JSON.parse(text)),
    ),
    idTokenConfig: idTokenConfigSchema.parse(JSON.parse(row.id_token_config)),
    ipRanges: readIpRanges(row.ip_ranges),
    singleLogoutUrl: row.single_logout_url ?? undefined,
    mobile: row.mobile === null ? noMobileSettings : readMobile(row.mobile),
    canvas: row.canvas === null ? undefined : readCanvas(row.canvas),
    saml: ifFound(row.saml_config ?? undefined, readSamlConfig),
    createdAt: readInstant(row.created_at),
    modifiedAt: readInstant(row.modified_at),
  }
}

const mobilePolicySchema = z.object({ screenLock: z.number(), pinLength: z.number() })

/** The policies of an org for an app as a row. */
export function toPoliciesRow(policies: AppPolicies): PoliciesRow {
  return {
    app_id: policies.appId,
    org_id: policies.orgId,
    epoch: policies.epoch,
    is_blocked: flag(policies.isBlocked),
    is_admin_approved: flag(policies.isAdminApproved),
    profile_ids: JSON.stringify(policies.profileIds),
    permission_set_ids: JSON.stringify(policies.permissionSetIds),
    ip_relaxation: policies.ipRelaxation,
    refresh_token_policy: JSON.stringify(policies.refreshTokenPolicy),
    session_timeout: policies.sessionTimeout ?? null,
    requires_high_assurance: flag(policies.requiresHighAssurance),
    assurance_action: policies.assuranceAction,
    mobile_policy: policies.mobilePolicy === undefined ? null : JSON.stringify(policies.mobilePolicy),
    is_in_menu: flag(policies.menu.isVisible),
    sort_order: policies.menu.sortOrder,
    client_credential_user_id: policies.clientCredentialUserId ?? null,
    named_user_jwt_timeout: policies.namedUserJwtTimeout ?? null,
    plugin: policies.plugin ?? null,
    plugin_execution_user_id: policies.pluginExecutionUserId ?? null,
    single_logout_url: policies.singleLogoutUrl ?? null,
    is_token_exchange_flow_enabled: flag(policies.isTokenExchangeFlowEnabled),
    is_client_credentials_flow_enabled: flag(policies.isClientCredentialsFlowEnabled),
    is_enabled: flag(policies.isEnabled),
    is_oauth_plugin_enabled: flag(policies.isOauthPluginEnabled),
    is_installed: flag(policies.isInstalled),
    refused_at: instantOrNull(policies.lastRefusedAt),
  }
}

function fromPoliciesRow(row: PoliciesRow): AppPolicies {
  return {
    appId: row.app_id,
    orgId: row.org_id,
    epoch: row.epoch,
    isInstalled: row.is_installed === 1,
    isBlocked: row.is_blocked === 1,
    lastRefusedAt: readInstantOrNull(row.refused_at),
    isAdminApproved: row.is_admin_approved === 1,
    profileIds: readTexts(row.profile_ids),
    permissionSetIds: readTexts(row.permission_set_ids),
    ipRelaxation: row.ip_relaxation,
    refreshTokenPolicy: readPolicy(row.refresh_token_policy),
    sessionTimeout: row.session_timeout ?? undefined,
    requiresHighAssurance: row.requires_high_assurance === 1,
    assuranceAction: row.assurance_action,
    mobilePolicy: row.mobile_policy === null ? undefined : mobilePolicySchema.parse(JSON.parse(row.mobile_policy)),
    menu: { isVisible: row.is_in_menu === 1, sortOrder: row.sort_order },
    clientCredentialUserId: row.client_credential_user_id ?? undefined,
    namedUserJwtTimeout: row.named_user_jwt_timeout ?? undefined,
    plugin: row.plugin ?? undefined,
    pluginExecutionUserId: row.plugin_execution_user_id ?? undefined,
    singleLogoutUrl: row.single_logout_url ?? undefined,
    isTokenExchangeFlowEnabled: row.is_token_exchange_flow_enabled === 1,
    isClientCredentialsFlowEnabled: row.is_client_credentials_flow_enabled === 1,
    isEnabled: row.is_enabled === 1,
    isOauthPluginEnabled: row.is_oauth_plugin_enabled === 1,
  }
}
