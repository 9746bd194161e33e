import { type RawBuilder, sql } from 'kysely'
import { jsonElements, jsonFlag, jsonNumber, jsonText, jsonTextIn } from './json-sql.ts'
import { livePermissionTables } from './live-permissions.ts'
import { idBehind, type LiveTable, ofMetadata } from './live-table.ts'

/** An app's place in the menu has the number of the app behind a prefix of its own. */
const menuItemId = idBehind('0DS', 'app.id')
const menuItemIfAny = sql`case when policy.is_installed = 1 and app.distribution_state is null then ${menuItemId} else null end`

const ofDevice = (member: string) => jsonTextIn('app.mobile', 'app', member)

/** A list in JSON as one text, as multi-select picklists have it. */
const joined = (column: string, member: string) =>
  sql`replace(replace(replace(replace(${jsonText(column, member)}, '[', ''), ']', ''), '"', ''), ',', ';')`

/** Holds a token against the counters that it was made under. */
const standsOn = (token: string) =>
  sql`standing.approval_id = ${sql.ref(`${token}.approval_id`)} and standing.approval_epoch = ${sql.ref(`${token}.approval_epoch`)}
    and standing.user_epoch = ${sql.ref(`${token}.user_epoch`)} and standing.app_epoch = ${sql.ref(`${token}.app_epoch`)}
    and standing.org_epoch = ${sql.ref(`${token}.org_epoch`)}`

const listed = (list: RawBuilder<unknown>) => jsonElements(list)

/** The live objects by their API names. Every one holds nothing but what is of the org. */
export const liveTables: Readonly<Record<string, LiveTable>> = {
  ...livePermissionTables,
  Organization: ({ orgId }) => sql`
    select id as "Id", name as "Name", 'SLP1' as "InstanceName",
      case when type = 'production' then 0 else 1 end as "IsSandbox", 'Developer Edition' as "OrganizationType",
      cast(null as bigint) as "TrialExpirationDate", null as "NamespacePrefix", 'en_US' as "LanguageLocaleKey",
      coalesce(${jsonText('settings', 'timeZone')}, 'UTC') as "TimeZoneSidKey", 'en_US' as "DefaultLocaleSidKey", created_at as "CreatedDate",
      created_at as "LastModifiedDate", created_at as "SystemModstamp"
    from orgs where id = ${orgId}`,
  User: ({ orgId }) => sql`
    select id as "Id", username as "Username", last_name as "LastName", first_name as "FirstName",
      ltrim(coalesce(first_name, '') || ' ' || last_name) as "Name", email as "Email",
      substr(coalesce(first_name, ''), 1, 1) || substr(last_name, 1, 4) as "Alias", nickname as "CommunityNickname",
      is_active as "IsActive", 'Standard' as "UserType", country as "Country", mobile_phone as "MobilePhone", federation_id as "FederationIdentifier",
      time_zone as "TimeZoneSidKey", locale as "LocaleSidKey", language as "LanguageLocaleKey",
      'UTF-8' as "EmailEncodingKey", profile_id as "ProfileId", last_login_at as "LastLoginDate",
      created_at as "CreatedDate", modified_at as "LastModifiedDate", modified_at as "SystemModstamp"
    from users where org_id = ${orgId}`,
  ConnectedApplication: ({ orgId }) => sql`
    select app.id as "Id", app.label as "Name", policy.is_admin_approved as "OptionsAllowAdminApprovedUsersOnly",
      case when policy.refresh_token_policy like '%specific_inactivity%' then 1 else 0 end
        as "OptionsRefreshTokenValidityMetric",
      policy.requires_high_assurance as "OptionsHasSessionLevelPolicy",
      case when app.org_id is null then 1 else 0 end as "OptionsIsInternal",
      coalesce(${jsonFlag('app.mobile', 'hasFullContentPush')}, 0) as "OptionsFullContentPushNotifications", 0 as "OptionsCodeCredentialGuestEnabled",
      0 as "OptionsTokenExchangeManageBitEnabled", policy.named_user_jwt_timeout / 60 as "NamedUserUvidTimeout",
      ${jsonNumber('policy.mobile_policy', 'screenLock')} as "MobileSessionTimeout",
      ${jsonNumber('policy.mobile_policy', 'pinLength')} as "PinLength", ${jsonText('app.mobile', 'startUrl')} as "MobileStartUrl",
      ${jsonNumber('policy.refresh_token_policy', 'seconds')} as "RefreshTokenValidityPeriod",
      policy.session_timeout / 60 as "UvidTimeout", app.start_url as "StartUrl", app.created_at as "CreatedDate",
      app.modified_at as "LastModifiedDate", app.modified_at as "SystemModstamp"
    from app_policies as policy join connected_apps as app on app.id = policy.app_id
    where policy.org_id = ${orgId} and policy.is_installed = 1 and app.distribution_state is null`,
  ExternalClientApplication: ({ orgId }) => sql`
    select app.id as "Id", app.full_name as "DeveloperName", app.label as "MasterLabel", ${ofMetadata},
      app.description as "Description", app.contact_email as "ContactEmail", app.contact_phone as "ContactPhone",
      app.info_url as "InfoUrl", app.logo_url as "LogoUrl", app.icon_url as "IconUrl",
      app.distribution_state as "DistributionState",
      app.created_at as "CreatedDate", app.modified_at as "LastModifiedDate", app.modified_at as "SystemModstamp"
    from app_policies as policy join connected_apps as app on app.id = policy.app_id
    where policy.org_id = ${orgId} and policy.is_installed = 1 and app.distribution_state is not null`,
  // An app that no browser is ever sent back to is in no menu: it is one that keeps the sessions of a flow without an app.
  // Of external client apps no item is known: an item is of one of four types, and theirs is none of these.
  AppMenuItem: ({ orgId, userId }) => sql`
    select ${menuItemId} as "Id", substr(app.id, 1, 15) as "ApplicationId", app.full_name as "Name",
      app.label as "Label", app.description as "Description", 'ConnectedApplication' as "Type",
      policy.is_in_menu as "IsVisible", policy.sort_order as "SortOrder", cast(null as bigint) as "UserSortOrder",
      case when policy.is_blocked = 0 and (policy.is_admin_approved = 0 or exists (
        select 1 from users as person where person.id = ${userId} and (
          policy.profile_ids like '%"' || person.profile_id || '"%'
          or exists (select 1 from ${listed(sql`person.permission_set_ids`)} as own
            where policy.permission_set_ids like '%"' || own.value || '"%')))) then 1 else 0 end as "IsAccessible",
      policy.is_admin_approved as "IsUsingAdminAuthorization", 0 as "IsRegisteredDeviceOnly",
      app.start_url as "StartUrl", ${jsonText('app.mobile', 'startUrl')} as "MobileStartUrl", app.info_url as "InfoUrl",
      app.icon_url as "IconUrl", app.logo_url as "LogoUrl", null as "NamespacePrefix",
      case when app.canvas is null then 0 else 1 end as "CanvasEnabled", ${jsonText('app.canvas', 'canvasUrl')} as "CanvasUrl",
      ${jsonText('app.canvas', 'accessMethod')} as "CanvasAccessMethod",
      ${joined('app.canvas', 'options')} as "CanvasOptions",
      ${joined('app.canvas', 'locations')} as "CanvasSelectedLocations",
      case when app.canvas is null then null else app.full_name end as "CanvasReferenceId",
      ${ofDevice('devicePlatform')} as "MobilePlatform", ${ofDevice('deviceType')} as "MobileDeviceType",
      ${ofDevice('minimumOsVersion')} as "MobileMinOsVer", ${ofDevice('version')} as "MobileAppVer",
      ${ofDevice('applicationInstallUrl')} as "MobileAppInstallUrl",
      app.created_at as "CreatedDate", app.modified_at as "LastModifiedDate", app.modified_at as "SystemModstamp"
    from app_policies as policy join connected_apps as app on app.id = policy.app_id
    where policy.org_id = ${orgId} and policy.is_installed = 1 and app.callback_urls <> '[]'
      and app.distribution_state is null`,
  OauthToken: ({ orgId }) => sql`
    select 'r' || token.id as "Id", app.label as "AppName",
      ${menuItemIfAny} as "AppMenuItemId", standing.user_id as "UserId",
      token.use_count + 1 as "UseCount", token.issued_at as "CreatedDate", token.last_used_at as "LastUsedDate",
      'r' || token.id as "AccessToken", 'r' || token.id as "RequestToken", 'r' || token.id as "DeleteToken"
    from refresh_tokens as token join standings as standing on ${standsOn('token')}
      join connected_apps as app on app.id = standing.app_id
      join app_policies as policy on policy.app_id = standing.app_id and policy.org_id = standing.org_id
    where standing.org_id = ${orgId} and token.revoked_at is null
    union all
    select 'a' || approval.id, app.label, ${menuItemIfAny}, approval.user_id,
      approval.use_count, approval.first_used_at, approval.last_used_at, null, null,
      'a' || approval.id || '.' || approval.epoch
    from approvals as approval join connected_apps as app on app.id = approval.app_id
      left join app_policies as policy on policy.app_id = approval.app_id and policy.org_id = approval.org_id
    where approval.org_id = ${orgId} and approval.revoked_at is null
      and (approval.use_count > 0 or approval.scopes <> '')
      and not exists (
        select 1 from refresh_tokens as token join standings as standing on ${standsOn('token')}
        where token.approval_id = approval.id and token.revoked_at is null)`,
  OauthCustomScope: ({ orgId }) => sql`
    select id as "Id", name as "DeveloperName", label as "MasterLabel", description as "Description", ${ofMetadata},
      is_public as "IsPublic", is_protected as "IsProtected"
    from custom_scopes where org_id = ${orgId}`,
  OauthTokenExchangeHandler: ({ orgId }) => sql`
    select id as "Id", developer_name as "DeveloperName", master_label as "MasterLabel", description as "Description",
      ${ofMetadata}, is_enabled as "IsEnabled", is_user_creation_allowed as "IsUserCreationAllowed",
      is_protected as "IsProtected", created_at as "CreatedDate", modified_at as "LastModifiedDate",
      modified_at as "SystemModstamp"
    from token_exchange_handlers where org_id = ${orgId}`,
  // Two tables in one: the numbers of browser sessions doubled are even, those of access tokens odd.
  AuthSession: ({ orgId, tokenId }) => sql`
    select session.id * 2 as "Id", session.user_id as "UsersId", session.timeout as "NumSecondsValid",
      'Standard' as "UserType", session.source_ip as "SourceIp",
      case when session.access_token_id is null then 'Application' else 'Remote Access 2.0' end as "LoginType",
      session.type as "SessionType", session.level as "SessionSecurityLevel", null as "LogoutUrl",
      coalesce(session.access_token_id * 2 + 1, session.id * 2) as "ParentId",
      null as "LoginHistoryId", null as "LoginGeoId", 0 as "IsCurrent", 0 as "IsAssociatedWithJwtAccessToken",
      session.auth_time as "CreatedDate", session.expires_at - session.timeout * 1000 as "LastModifiedDate"
    from sessions as session
      join users as person on person.id = session.user_id and person.epoch = session.user_epoch
      join orgs as org on org.id = session.org_id and org.epoch = session.org_epoch
    where session.org_id = ${orgId} and session.awaits_verification = 0
      and (session.access_token_id is null or session.access_token_id in (select token.id ${standingTokens(orgId)}))
    union all
    select token.id * 2 + 1, standing.user_id, token.timeout, 'Standard', null, 'Remote Access 2.0', 'Oauth2',
      token.session_level, null, token.id * 2 + 1, null, null, case when token.id = ${tokenId} then 1 else 0 end,
      token.is_jwt, token.issued_at, token.expires_at - token.timeout * 1000
    ${standingTokens(orgId)}`,
  LoginHistory: ({ orgId }) => sql`
    select id as "Id", user_id as "UserId", at as "LoginTime", login_type as "LoginType",
      login_sub_type as "LoginSubType", source_ip as "SourceIp", login_url as "LoginUrl", browser as "Browser",
      'Unknown' as "Platform", status as "Status", application as "Application", 'N/A' as "ApiType",
      'N/A' as "ApiVersion", 'N/A' as "ClientVersion", null as "CipherSuite", null as "TlsProtocol",
      null as "CountryIso", null as "ForwardedForIp", null as "AuthMethodReference",
      null as "AuthenticationServiceId", null as "LoginGeoId", null as "NetworkId", 0 as "OptionsIsGet",
      case when login_type = 'Application' then 1 else 0 end as "OptionsIsPost"
    from login_history where org_id = ${orgId}`,
  LoginIp: ({ orgId }) => sql`
    select min(id) as "Id", user_id as "UsersId", source_ip as "SourceIp", min(at) as "CreatedDate",
      max(case when status = 'Success' then 1 else 0 end) as "IsAuthenticated", null as "ChallengeMethod",
      cast(null as bigint) as "ChallengeSentDate"
    from login_history where org_id = ${orgId} group by user_id, source_ip`,
  VerificationHistory: ({ orgId }) => sql`
    select id as "Id", user_id as "UserId", at as "VerificationTime", activity as "Activity", policy as "Policy",
      method as "VerificationMethod", status as "Status", source_ip as "SourceIp", resource_id as "ResourceId",
      id as "EventGroup", null as "LoginHistoryId", null as "LoginGeoId", null as "Remarks"
    from verification_history where org_id = ${orgId}`,
  UserLogin: ({ orgId, now }) => sql`
    select ${idBehind('0Yw', 'id')} as "Id", id as "UserId", is_frozen as "IsFrozen",
      case when locked_until > ${now.getTime()} then 1 else 0 end as "IsPasswordLocked", modified_at as "LastModifiedDate"
    from users where org_id = ${orgId}`,
  SamlSsoConfig: ({ orgId }) => sql`
    select id as "Id", full_name as "DeveloperName", label as "MasterLabel", ${ofMetadata}, issuer as "Issuer",
      entity_id as "Audience", identity_mapping as "IdentityMapping", identity_location as "IdentityLocation",
      attribute_name as "AttributeName", user_provisioning as "OptionsUserProvisioning",
      execution_user_id as "ExecutionUserId", created_at as "CreatedDate", modified_at as "LastModifiedDate",
      modified_at as "SystemModstamp"
    from saml_sso_configs where org_id = ${orgId}`,
  AuthProvider: ({ orgId }) => sql`
    select id as "Id", developer_name as "DeveloperName", friendly_name as "FriendlyName",
      'OpenIdConnect' as "ProviderType", consumer_key as "ConsumerKey", authorize_url as "AuthorizeUrl",
      token_url as "TokenUrl", user_info_url as "UserInfoUrl", default_scopes as "DefaultScopes",
      sends_credentials_in_header as "OptionsSendClientCredentialsInHeader", created_at as "CreatedDate"
    from auth_providers where org_id = ${orgId}`,
  SetupAuditTrail: ({ orgId }) => sql`
    select id as "Id", action as "Action", section as "Section", display as "Display", at as "CreatedDate",
      created_by_id as "CreatedById", null as "CreatedByContext", null as "CreatedByIssuer", null as "DelegateUser"
    from setup_audit_trail where org_id = ${orgId}`,
  NamedCredential: ({ orgId }) => sql`
    select id as "Id", name as "DeveloperName", label as "MasterLabel", endpoint as "Endpoint",
      ${jsonText('settings', 'principalType')} as "PrincipalType", 'en_US' as "Language", null as "NamespacePrefix",
      coalesce(${jsonFlag('settings', 'generateAuthorizationHeader')}, 1)
        as "CalloutOptionsGenerateAuthorizationHeader",
      coalesce(${jsonFlag('settings', 'allowMergeFieldsInHeader')}, 0) as "CalloutOptionsAllowMergeFieldsInHeader",
      coalesce(${jsonFlag('settings', 'allowMergeFieldsInBody')}, 0) as "CalloutOptionsAllowMergeFieldsInBody",
      ${jsonText('settings', 'jwtIssuer')} as "JwtIssuer", ${jsonText('settings', 'jwtAudience')} as "JwtAudience",
      ${jsonText('settings', 'jwtTextSubject')} as "JwtTextSubject",
      ${jsonText('settings', 'jwtFormulaSubject')} as "JwtFormulaSubject",
      ${jsonNumber('settings', 'jwtValidityPeriodSeconds')} as "JwtValidityPeriodSeconds",
      ${jsonText('settings', 'authTokenEndpointUrl')} as "AuthTokenEndpointUrl",
      (select signer.id from certificates as signer where signer.org_id = named_credentials.org_id
        and signer.name = ${jsonText('settings', 'jwtSigningCertificate')}) as "JwtSigningCertificateId",
      created_at as "CreatedDate", modified_at as "LastModifiedDate", modified_at as "SystemModstamp"
    from named_credentials where org_id = ${orgId}`,
  Certificate: ({ orgId }) => sql`
    select id as "Id", name as "DeveloperName", label as "MasterLabel",
      is_private_key_exportable as "OptionsIsPrivateKeyExportable", created_at as "CreatedDate"
    from certificates where org_id = ${orgId}`,
}

/** The access tokens of an org that nothing has ended but time. */
function standingTokens(orgId: string) {
  return sql`from access_tokens as token
      join standings as standing on standing.approval_id = token.approval_id
        and standing.approval_epoch = token.approval_epoch and standing.user_epoch = token.user_epoch
        and standing.app_epoch = token.app_epoch and standing.org_epoch = token.org_epoch
      left join refresh_tokens as source on source.id = token.refresh_token_id
    where standing.org_id = ${orgId} and standing.is_open = 1 and token.revoked_at is null
      and (token.refresh_token_id is null or (source.id is not null and source.revoked_at is null))`
}
