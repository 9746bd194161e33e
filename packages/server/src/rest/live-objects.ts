import { keyPrefixes } from '../record-id.ts'
import { type UserPermission, userPermissions } from '../users/profile.ts'
import { type Field, field, readOnly, reference, type SObject } from './object.ts'

const permissionFields: readonly Field[] = userPermissions.map((permission) =>
  field('boolean', `Permissions${permission}`, { isNillable: false }),
)

/** What every user of the API sees, and what only an admin does. */
const everyone: SObject['access'] = { to: 'everyone' }
const needing = (permission: UserPermission): SObject['access'] => ({ to: 'permission', permission })

const id = (): Field => field('id', 'Id', readOnly)
const numberedId = (prefix: string): Field => field('id', 'Id', { ...readOnly, idPrefix: prefix })
const shortId = (): Field => field('id', 'Id', { ...readOnly, isShortId: true })
const created = field('datetime', 'CreatedDate', readOnly)
const modified = [
  field('datetime', 'LastModifiedDate', readOnly),
  field('datetime', 'SystemModstamp', { label: 'System Modstamp', ...readOnly }),
]

function live(
  name: string,
  keyPrefix: string,
  access: SObject['access'],
  fields: readonly Field[],
  traits: Partial<Pick<SObject, 'label' | 'plural' | 'operations'>> = {},
): SObject {
  const label = name.replace(/([a-z])([A-Z])/g, '$1 $2')
  const isWritable = traits.operations?.create === true || traits.operations?.update === true
  const all = isWritable ? fields : fields.map((one) => ({ ...one, isCreateable: false, isUpdateable: false }))
  return {
    name,
    label,
    plural: `${label}s`,
    keyPrefix,
    kind: 'live',
    isCustom: false,
    operations: { create: false, update: false, delete: false },
    fields: all,
    nameField: all.find(({ isNameField }) => isNameField),
    access,
    ...traits,
  }
}

const name = (label: string): Field => field('string', 'Name', { label, isNameField: true, isNillable: false })

// Salesforce shows them and takes no conditions on them.
const unfilterable = { isFilterable: false }

/** The objects that the org itself is made of: what queries read of them is what there is at that moment. */
export const liveObjects: readonly SObject[] = [
  live('Organization', keyPrefixes.organization, everyone, [
    id(),
    name('Name'),
    field('string', 'InstanceName', { length: 5 }),
    field('boolean', 'IsSandbox', { isNillable: false }),
    field('picklist', 'OrganizationType', { values: ['Developer Edition'] }),
    field('datetime', 'TrialExpirationDate'),
    field('string', 'NamespacePrefix', { length: 15 }),
    field('picklist', 'LanguageLocaleKey', { label: 'Language' }),
    field('picklist', 'TimeZoneSidKey', { label: 'Time Zone' }),
    field('picklist', 'DefaultLocaleSidKey', { label: 'Locale' }),
    created,
    ...modified,
  ]),
  live('User', keyPrefixes.user, everyone, [
    id(),
    field('string', 'Username', { length: 80, isNillable: false, isUnique: true }),
    field('string', 'LastName', { length: 80, isNillable: false }),
    field('string', 'FirstName', { length: 40 }),
    name('Full Name'),
    field('email', 'Email', { length: 128, isNillable: false }),
    field('string', 'Alias', { length: 8, isNillable: false }),
    field('string', 'CommunityNickname', { label: 'Nickname', length: 40, isNillable: false }),
    field('boolean', 'IsActive', { label: 'Active', isNillable: false }),
    field('picklist', 'UserType', { values: ['Standard'] }),
    field('string', 'Country', { length: 80 }),
    field('phone', 'MobilePhone', { label: 'Mobile' }),
    field('picklist', 'TimeZoneSidKey', { label: 'Time Zone', isNillable: false }),
    field('picklist', 'LocaleSidKey', { label: 'Locale', isNillable: false }),
    field('picklist', 'LanguageLocaleKey', { label: 'Language', isNillable: false }),
    field('picklist', 'EmailEncodingKey', { label: 'Email Encoding', isNillable: false }),
    reference('ProfileId', ['Profile'], { isNillable: false, children: 'Users' }),
    field('datetime', 'LastLoginDate', { label: 'Last Login' }),
    created,
    ...modified,
  ]),
  live('Profile', keyPrefixes.profile, everyone, [
    id(),
    name('Name'),
    field('picklist', 'UserType', { values: ['Standard'] }),
    ...permissionFields,
  ]),
  live('PermissionSet', keyPrefixes.permissionSet, everyone, [
    id(),
    field('string', 'Name', { label: 'Permission Set Name', length: 80, isNameField: true, isNillable: false }),
    field('string', 'Label', { label: 'Permission Set Label', length: 80, isNillable: false }),
    field('boolean', 'IsOwnedByProfile', { isNillable: false }),
    ...permissionFields,
  ]),
  live(
    'PermissionSetAssignment',
    keyPrefixes.permissionSetAssignment,
    everyone,
    [
      shortId(),
      reference('PermissionSetId', ['PermissionSet'], { isNillable: false, children: 'Assignments' }),
      reference('AssigneeId', ['User'], { isNillable: false, children: 'PermissionSetAssignments' }),
    ],
    { operations: { create: true, update: false, delete: true } },
  ),
  live('ConnectedApplication', keyPrefixes.connectedApplication, needing('ViewSetup'), [
    id(),
    field('string', 'Name', { label: 'Connected App Name', length: 80, isNameField: true, isNillable: false }),
    field('boolean', 'OptionsAllowAdminApprovedUsersOnly', { isNillable: false }),
    field('boolean', 'OptionsRefreshTokenValidityMetric', { isNillable: false }),
    field('boolean', 'OptionsHasSessionLevelPolicy', { isNillable: false }),
    field('boolean', 'OptionsIsInternal', { isNillable: false }),
    field('boolean', 'OptionsFullContentPushNotifications', { isNillable: false }),
    field('boolean', 'OptionsCodeCredentialGuestEnabled', { isNillable: false }),
    field('boolean', 'OptionsTokenExchangeManageBitEnabled', { isNillable: false }),
    field('int', 'RefreshTokenValidityPeriod'),
    field('int', 'UvidTimeout', { label: 'Session Timeout' }),
    field('int', 'NamedUserUvidTimeout'),
    field('int', 'MobileSessionTimeout'),
    field('int', 'PinLength'),
    field('url', 'StartUrl', { length: 1024 }),
    field('url', 'MobileStartUrl', { length: 1024 }),
    created,
    ...modified,
  ]),
  live(
    'OauthToken',
    keyPrefixes.oauthToken,
    { to: 'owner', ownerField: 'UserId', permission: 'CustomizeApplication' },
    [
      numberedId(keyPrefixes.oauthToken),
      field('string', 'AppName', { length: 120, isNameField: true }),
      field('id', 'AppMenuItemId'),
      reference('UserId', ['User'], { isNillable: false }),
      field('int', 'UseCount', { precision: 9 }),
      created,
      field('datetime', 'LastUsedDate'),
    ],
    { label: 'OAuth Token', plural: 'OAuth Tokens', operations: { create: false, update: false, delete: true } },
  ),
  live('SetupEntityAccess', keyPrefixes.setupEntityAccess, needing('ViewSetup'), [
    shortId(),
    reference('ParentId', ['PermissionSet', 'Profile'], { isNillable: false }),
    field('id', 'SetupEntityId', { isNillable: false }),
    field('string', 'SetupEntityType', { length: 80 }),
  ]),
  live(
    'AuthSession',
    keyPrefixes.authSession,
    { to: 'owner', ownerField: 'UsersId', permission: 'ManageUsers' },
    [
      numberedId(keyPrefixes.authSession),
      field('reference', 'UsersId', {
        label: 'User ID',
        reference: { to: ['User'], relationship: 'Users', children: undefined },
      }),
      field('int', 'NumSecondsValid'),
      field('picklist', 'UserType', { values: ['Standard'] }),
      field('string', 'SourceIp'),
      field('picklist', 'LoginType', { values: ['Application', 'Remote Access 2.0'] }),
      field('picklist', 'SessionType', { values: ['UI', 'Oauth2'] }),
      field('picklist', 'SessionSecurityLevel', { values: ['LOW', 'STANDARD', 'HIGH_ASSURANCE'] }),
      field('url', 'LogoutUrl'),
      field('id', 'ParentId', { ...readOnly, idPrefix: keyPrefixes.authSession }),
      field('id', 'LoginHistoryId'),
      field('id', 'LoginGeoId'),
      field('boolean', 'IsCurrent', { isNillable: false }),
      field('boolean', 'IsAssociatedWithJwtAccessToken', { isNillable: false }),
      created,
      field('datetime', 'LastModifiedDate', readOnly),
    ],
    { operations: { create: false, update: false, delete: true } },
  ),
  live(
    'LoginHistory',
    keyPrefixes.loginHistory,
    { to: 'owner', ownerField: 'UserId', permission: 'ManageUsers' },
    [
      numberedId(keyPrefixes.loginHistory),
      reference('UserId', ['User'], { isNillable: false }),
      field('datetime', 'LoginTime', readOnly),
      field('picklist', 'LoginType'),
      field('picklist', 'LoginSubType'),
      field('string', 'SourceIp', { length: 39 }),
      field('string', 'LoginUrl'),
      field('string', 'Browser', { length: 64, ...unfilterable }),
      field('string', 'Platform', { length: 64, ...unfilterable }),
      field('string', 'Status', { length: 128, ...unfilterable }),
      field('string', 'Application', { length: 64, ...unfilterable }),
      field('string', 'ApiType', { length: 64, ...unfilterable }),
      field('string', 'ApiVersion', { length: 32, ...unfilterable }),
      field('string', 'ClientVersion', { length: 64, ...unfilterable }),
      field('string', 'CipherSuite', { length: 64 }),
      field('string', 'TlsProtocol', { length: 64 }),
      field('string', 'CountryIso', { length: 2 }),
      field('string', 'ForwardedForIp'),
      field('string', 'AuthMethodReference'),
      field('id', 'AuthenticationServiceId'),
      field('id', 'LoginGeoId'),
      field('id', 'NetworkId'),
      field('boolean', 'OptionsIsGet', { isNillable: false }),
      field('boolean', 'OptionsIsPost', { isNillable: false }),
    ],
    { plural: 'Login History' },
  ),
  live('LoginIp', keyPrefixes.loginIp, { to: 'owner', ownerField: 'UsersId', permission: 'ManageUsers' }, [
    numberedId(keyPrefixes.loginIp),
    field('reference', 'UsersId', {
      label: 'User ID',
      reference: { to: ['User'], relationship: 'Users', children: undefined },
    }),
    field('string', 'SourceIp', { length: 39 }),
    created,
    field('boolean', 'IsAuthenticated', { isNillable: false }),
    field('picklist', 'ChallengeMethod'),
    field('datetime', 'ChallengeSentDate'),
  ]),
  live(
    'VerificationHistory',
    keyPrefixes.verificationHistory,
    needing('ManageUsers'),
    [
      numberedId(keyPrefixes.verificationHistory),
      reference('UserId', ['User'], { isNillable: false }),
      field('datetime', 'VerificationTime', readOnly),
      field('picklist', 'Activity', { values: ['Login', 'ConnectedApp'] }),
      field('picklist', 'Policy', { values: ['TwoFactorAuthentication', 'HighAssurance', 'DeviceActivation'] }),
      field('picklist', 'VerificationMethod', { values: ['Totp', 'TempCode'] }),
      field('picklist', 'Status', { values: ['Succeeded', 'FailedInvalidCode', 'FailedTooManyAttempts'] }),
      field('string', 'SourceIp', { length: 39 }),
      field('id', 'ResourceId'),
      field('int', 'EventGroup'),
      field('id', 'LoginHistoryId'),
      field('id', 'LoginGeoId'),
      field('string', 'Remarks'),
    ],
    { plural: 'Verification History' },
  ),
  live('SetupAuditTrail', keyPrefixes.setupAuditTrail, needing('ViewSetup'), [
    numberedId(keyPrefixes.setupAuditTrail),
    field('string', 'Action', { length: 250 }),
    field('string', 'Section', { length: 100 }),
    field('string', 'Display', { length: 1000 }),
    created,
    reference('CreatedById', ['User']),
    field('string', 'CreatedByContext', { length: 255 }),
    field('string', 'CreatedByIssuer', { length: 255 }),
    field('string', 'DelegateUser', { length: 255 }),
  ]),
  live('NamedCredential', keyPrefixes.namedCredential, needing('ViewSetup'), [
    id(),
    field('string', 'DeveloperName', { label: 'Name', length: 80, isNameField: true, isNillable: false }),
    field('string', 'MasterLabel', { label: 'Label', length: 80 }),
    field('url', 'Endpoint', { label: 'URL' }),
  ]),
  live(
    'Certificate',
    keyPrefixes.certificate,
    needing('ViewSetup'),
    [
      id(),
      field('string', 'DeveloperName', { label: 'Unique Name', length: 80, isNameField: true, isNillable: false }),
      field('string', 'MasterLabel', { label: 'Label', length: 64 }),
      field('boolean', 'OptionsIsPrivateKeyExportable', { isNillable: false }),
      created,
    ],
    { plural: 'Certificates' },
  ),
]
