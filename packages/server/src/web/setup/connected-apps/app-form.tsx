import { apiNameOf } from '../../../api-name.ts'
import { holdsPrivateKey, readCertificate } from '../../../certificates/certificate.ts'
import type { EnteredApp } from '../../../connected-apps/app-settings.ts'
import type { ConnectedApp, DistributionState } from '../../../connected-apps/connected-app.ts'
import { readAttributeLine, writeAttributeLine } from '../../../connected-apps/custom-attribute.ts'
import type { CustomScope } from '../../../connected-apps/custom-scope.ts'
import { scopeDefinitions } from '../../../connected-apps/scope.ts'
import type { Problem } from '../../../problem.ts'
import { CertificateDetails } from '../certificate-details.tsx'
import { again, area, check, choices, fixed, hidden, ipRanges, lines, radios, text, whole } from '../field.tsx'
import type { ValuesOf } from '../form.tsx'
import type { SeeFirst } from '../route.tsx'
import type { SetupStores } from '../setup-visit.ts'
import {
  appearanceProblemNames,
  appearanceStart,
  canvasFields,
  enteredAppearance,
  mobileFields,
} from './app-appearance-fields.ts'
import { type AppKind, externalClientApps } from './app-kind.ts'
import { assetTokenFields, assetTokenProblemNames, assetTokenStart, enteredAssetTokens } from './asset-token-fields.ts'
import { enteredSaml, samlFields, samlProblemNames, samlStart } from './saml-fields.ts'
import { scopeHints } from './scope-hints.ts'

/** The scopes to choose from: Salesforce's, and those that the org has made. */
function scopesField(customScopes: readonly CustomScope[]) {
  return choices({
    label: 'Selected OAuth Scopes',
    isRequired: true,
    options: [
      ...scopeDefinitions.map(({ names, label }) => ({
        value: names[0],
        label: `${label} (${names.join(', ')})`,
        hint: scopeHints[names[0]],
      })),
      ...customScopes.map(({ name, label, description }) => ({
        value: name,
        label: `${label} (${name})`,
        hint: `A custom scope of this org: ${description}`,
      })),
    ],
    help: 'The most that the app may ask for. A token that has to open the REST API needs api. Without refresh_token there is no refresh token, and the JWT bearer flow refuses users who should have allowed access themselves (user hasn’t approved this consumer).',
  })
}

/** What an external client app has in place of these fields of {@link appFields}. */
export const externalAppFields = {
  label: text({
    label: 'External Client App Name',
    isRequired: true,
    help: 'What people see when they are asked to allow access, and in their list of OAuth connected apps.',
  }),
  distributionState: radios({
    label: 'Distribution State',
    options: [
      { value: 'Local', label: 'Local', hint: 'The app works in this org alone.' },
      {
        value: 'Packaged',
        label: 'Packaged',
        hint: 'Other orgs can install it, and decide about its use there. At Salesforce it travels in a package.',
      },
    ] satisfies readonly { readonly value: DistributionState; readonly label: string; readonly hint: string }[],
    help: 'Where the app may be used. In an org that has not installed it, it is refused, whoever asks.',
  }),
  isClientCredentialEnabled: check({
    label: 'Enable Client Credentials Flow',
    help: 'The app gets tokens with key and secret alone, for one user. The admins allow it, too, and name that user, both in Edit Policies. It works only at the org’s own address (My Domain), not at the login host.',
  }),
  // An external client app has neither flow.
  isUserAgentEnabled: fixed(false),
  isUsernamePasswordEnabled: fixed(false),
}

/** The settings of a connected app as Salesforce asks for them. */
export const appFields = {
  label: text({
    label: 'Connected App Name',
    isRequired: true,
    help: 'What people see when they are asked to allow access, and in their list of OAuth connected apps.',
  }),
  distributionState: fixed(''),
  contactEmail: text({
    label: 'Contact Email',
    type: 'email',
    isRequired: true,
    help: 'Whom to ask about the app. It stands on the page where people allow access.',
  }),
  contactPhone: text({
    label: 'Contact Phone',
    type: 'tel',
    help: 'For when the app does harm and nobody reads the mail. Only admins see it.',
  }),
  logoUrl: text({
    label: 'Logo Image URL',
    type: 'url',
    help: 'A picture by https, at most 125 × 200 pixels. It stands on the app’s tile in the App Launcher, and by https where people are asked to allow access; without it, the name stands there alone.',
  }),
  iconUrl: text({
    label: 'Icon URL',
    type: 'url',
    help: 'A picture of 16 × 16 pixels, by https. It is told to catalogs of apps (IconUrl of AppMenuItem, or of ExternalClientApplication), which show a blank where there is none; the pages here show the logo.',
  }),
  infoUrl: text({
    label: 'Info URL',
    type: 'url',
    help: 'Where people read more about the app. It is linked where they allow access.',
  }),
  description: area({
    label: 'Description',
    rows: 2,
    help: 'What the app is for. Whoever allows access, and whoever looks through the list of apps in a year, has only this.',
  }),
  callbackUrls: lines({
    label: 'Callback URL',
    isRequired: true,
    placeholder: 'https://app.example/oauth/callback',
    help: 'Where the browser may come back to, one on each line. They are compared character by character: a slash more at the end, http for https, or another port is refused as redirect_uri_mismatch. Plain http goes for localhost only. An app that never opens a browser (JWT bearer, client credentials) enters one all the same; it is not used.',
  }),
  certificate: area({
    label: 'Use digital signatures',
    rows: 5,
    accepts: '.crt,.cer,.pem,.der',
    isSecret: holdsPrivateKey,
    help: 'The X.509 certificate that belongs to the key with which the app signs its assertions: drop the .crt file here, or paste its text (-----BEGIN CERTIFICATE-----). The JWT bearer flow needs it; without it, or with one that does not belong to the key, every assertion is refused. The private key never comes here. Empty it to take the certificate away.',
  }),
  seenCertificate: hidden(),
  checkCertificate: again('Check Certificate'),
  scopes: scopesField([]),
  isPkceRequired: check({
    label: 'Require Proof Key for Code Exchange (PKCE) Extension for Supported Authorization Flows',
    help: 'The app has to send a code_challenge with each authorize request, so that a stolen code is worth nothing. An app that sends none is refused (missing required code challenge).',
  }),
  isSecretRequired: check({
    label: 'Require Secret for Web Server Flow',
    help: 'Leave it ticked for an app on a server. Untick it for one that runs on people’s own devices and can keep no secret; then require PKCE.',
  }),
  isSecretRequiredForRefreshToken: check({
    label: 'Require Secret for Refresh Token Flow',
    help: 'The same for renewing access. When it is not ticked, whoever has a refresh token can use it.',
  }),
  isDeviceFlowEnabled: check({
    label: 'Enable for Device Flow',
    help: 'For an app that runs where there is no browser: it shows a code, and somebody types the code elsewhere and allows it. Leave it off otherwise, because whoever is sent such a code by a stranger can be talked into typing it. The callback URL is not used by this flow: /services/oauth2/success of the login host does.',
  }),
  isClientCredentialEnabled: check({
    label: 'Enable Client Credentials Flow',
    help: 'The app gets tokens with key and secret alone, for one user: name that user as Run As in Edit Policies, or every request is refused (no client credentials user enabled). It works only at the org’s own address (My Domain), not at the login host.',
  }),
  isNamedUserJwtEnabled: check({
    label: 'Issue JSON Web Token (JWT)-based access tokens for named users',
    help: 'Access tokens of every flow are signed JWTs, which others verify with the keys at /id/keys and without asking here. They open REST APIs only, no SOAP. How long they last is a policy (Edit Policies); revoked, they end here at once, but others believe them until they expire.',
  }),
  isUserAgentEnabled: check({
    label: 'Enable User-Agent Flow',
    help: 'The access token itself comes back in the address of the page (response_type=token), where histories and scripts see it: the web server flow with PKCE does the same without that. The org must allow it, too, under OAuth and OpenID Connect Settings. Salesforce has only that switch of the org; here the app needs one of its own.',
  }),
  isUsernamePasswordEnabled: check({
    label: 'Enable Username-Password Flow',
    help: 'The app sends username and password of a user itself. Salesforce is retiring it: client credentials or JWT bearer do the same without anybody’s password. The org must allow it, too, under OAuth and OpenID Connect Settings. Salesforce has only that switch of the org; here the app needs one of its own.',
  }),
  isCodeCredentialEnabled: check({
    label: 'Enable Authorization Code and Credentials Flow',
    help: 'Headless login: the app shows its own form, sends what was typed with the authorize request, and gets a code. For apps of your own alone: they see the passwords. The org must allow it, too, under OAuth and OpenID Connect Settings.',
  }),
  isCodeCredentialPostOnly: check({
    label: 'Require user credentials in the POST body for Authorization Code and Credentials Flow',
    help: 'Username and password come in the body of the request and never in its Authorization header, which more programs on the way write down.',
  }),
  isTokenExchangeEnabled: check({
    label: 'Enable Token Exchange Flow',
    help: 'The app may bring a token of another issuer and get one of this org for it. Two things more are needed: the same box in Edit Policies, and a handler that knows the token, under Token Exchange Handlers.',
  }),
  isSecretRequiredForTokenExchange: check({
    label: 'Require Secret for Token Exchange Flow',
    help: 'Leave it ticked unless the app can keep no secret: without it, whoever has a good token of the other issuer can exchange it in the app’s name.',
  }),
  ...assetTokenFields([]),
  isRefreshTokenRotationEnabled: check({
    label: 'Enable Refresh Token Rotation',
    help: 'Each refresh gives a new refresh token and ends the one before. The app has to store the new one each time: an old one that comes back ends the whole chain (expired access/refresh token). Two workers that share one token fall into this.',
  }),
  isIntrospectAllTokens: check({
    label: 'Introspect All Tokens',
    help: 'The app may ask about tokens of every app of this org, and not only about its own. For API gateways.',
  }),
  idTokenValidity: whole({
    label: 'Token Valid for',
    unit: 'minutes',
    isRequired: true,
    help: '1 to 720. An ID token says who signed in just now; it need not live long.',
  }),
  idTokenAudiences: lines({
    label: 'ID Token Audiences',
    rows: 2,
    help: 'Who else may rely on the ID token, one on each line. The consumer key is always an audience.',
  }),
  idTokenIncludesStandardClaims: check({
    label: 'Include Standard Claims',
    help: 'Puts name, email and the like into the ID token itself. Without it the app asks the UserInfo endpoint for them.',
  }),
  idTokenIncludesAttributes: check({
    label: 'Include Custom Attributes',
    help: 'Puts the custom attributes below into the ID token. UserInfo and the identity URL say them always.',
  }),
  idTokenIncludesCustomPermissions: check({
    label: 'Include Custom Permissions',
    help: 'Puts into the ID token which of the app’s custom permissions the user has.',
  }),
  attributes: lines({
    label: 'Custom Attributes',
    rows: 4,
    placeholder: 'department = IF($Profile.Name = "System Administrator", "IT", "Sales")',
    help: 'What the app is told of each user besides, one on each line: a key, =, and a formula over $User, $Profile, $Organization and $Permission. UserInfo and the identity URL have it as custom_attributes. At most 128.',
  }),
  singleLogoutUrl: text({
    label: 'Single Logout URL',
    type: 'url',
    help: 'Called in the browser when somebody signs out who opened the app from here, with iss and sid as OpenID Connect Front-Channel Logout has it. It must end the app’s own session, and may not need a click. Without it the app goes on until its own session is over.',
  }),
  startUrl: text({
    label: 'Start URL',
    type: 'url',
    help: 'Where people are taken who open the app from their App Launcher. Without it, and without a mobile one, it does not stand there.',
  }),
  ...samlFields([]),
  ...mobileFields,
  ...canvasFields,
  ipRanges: ipRanges({
    label: 'Trusted IP Ranges',
    help: 'One on each line, such as 192.0.2.0-192.0.2.255 Office. They count with the policy “Relax IP restrictions for activated devices” alone: a request of the web server flow from one of them is free of the login IP ranges of the user’s profile, and one from elsewhere is not.',
  }),
}

/** For an app that is still to be made: its settings, and the name by which it is called ever after. */
export const newAppFields = {
  fullName: text({
    label: 'API Name',
    help: 'Its name in metadata and commands: letters, digits and single underscores. It cannot be changed later. Left empty, it is made from the name above.',
  }),
  ...appFields,
}

/** The fields of a connected app. */
export type AppFields = typeof appFields

/** The fields of one kind of apps, with the scopes that the org has made, and the certificates it can sign with. */
export async function appFieldsOf(
  kind: AppKind,
  { customScopes, certificates }: Pick<SetupStores, 'customScopes' | 'certificates'>,
  org: { readonly id: string },
): Promise<AppFields> {
  const held = await certificates.list(org.id)
  return {
    ...appFields,
    ...(kind === externalClientApps && externalAppFields),
    scopes: scopesField(await customScopes.list(org.id)),
    ...assetTokenFields(held),
    ...samlFields(held),
  }
}

type AppValues = ValuesOf<AppFields>

/** What is entered at first for a new app: the safe side, as Salesforce has it. */
export const newAppStart: Partial<AppValues> = {
  distributionState: 'Local',
  scopes: ['api', 'refresh_token'],
  isPkceRequired: true,
  isSecretRequired: true,
  isSecretRequiredForRefreshToken: true,
  isSecretRequiredForTokenExchange: true,
  idTokenValidity: 2,
  canvasAccessMethod: 'Post',
  canvasSamlInitiation: 'None',
  ...samlStart({ saml: undefined }),
}

/** The settings of an app as its form shows them. */
export function appStart(app: ConnectedApp): Partial<AppValues> {
  return {
    label: app.label,
    distributionState: app.external?.distributionState ?? '',
    contactEmail: app.contactEmail,
    contactPhone: app.contactPhone ?? '',
    logoUrl: app.logoUrl ?? '',
    iconUrl: app.iconUrl ?? '',
    infoUrl: app.infoUrl ?? '',
    description: app.description ?? '',
    callbackUrls: app.callbackUrls,
    certificate: app.certificate?.pem ?? '',
    scopes: app.scopes,
    isPkceRequired: app.isPkceRequired,
    isSecretRequired: !app.isConsumerSecretOptional,
    isSecretRequiredForRefreshToken: app.isSecretRequiredForRefreshToken,
    isDeviceFlowEnabled: app.isDeviceFlowEnabled,
    isClientCredentialEnabled: app.isClientCredentialEnabled,
    isNamedUserJwtEnabled: app.isNamedUserJwtEnabled,
    isUserAgentEnabled: app.isUserAgentEnabled,
    isUsernamePasswordEnabled: app.isUsernamePasswordEnabled,
    isCodeCredentialEnabled: app.isCodeCredentialEnabled,
    isCodeCredentialPostOnly: app.isCodeCredentialPostOnly,
    isTokenExchangeEnabled: app.isTokenExchangeEnabled,
    isSecretRequiredForTokenExchange: app.isSecretRequiredForTokenExchange,
    ...assetTokenStart(app),
    isRefreshTokenRotationEnabled: app.isRefreshTokenRotationEnabled,
    isIntrospectAllTokens: app.isIntrospectAllTokens,
    idTokenValidity: Math.ceil(app.idTokenConfig.validity / 60),
    idTokenAudiences: app.idTokenConfig.audiences,
    idTokenIncludesStandardClaims: app.idTokenConfig.includesStandardClaims,
    idTokenIncludesAttributes: app.idTokenConfig.includesAttributes,
    idTokenIncludesCustomPermissions: app.idTokenConfig.includesCustomPermissions,
    attributes: app.attributes.map(writeAttributeLine),
    singleLogoutUrl: app.singleLogoutUrl ?? '',
    startUrl: app.startUrl ?? '',
    ...samlStart(app),
    ...appearanceStart(app),
    ipRanges: app.ipRanges,
  }
}

/** What was entered, as the acts take it. @param app as it is, if it is there already */
export function enteredApp(values: AppValues, app?: ConnectedApp) {
  const {
    seenCertificate,
    checkCertificate,
    distributionState,
    isSecretRequired,
    idTokenValidity,
    idTokenAudiences,
    idTokenIncludesStandardClaims,
    idTokenIncludesAttributes,
    idTokenIncludesCustomPermissions,
    attributes,
    mobileStartUrl,
    pushServiceType,
    hasFullContentPush,
    devicePlatform,
    deviceType,
    mobileVersion,
    minimumOsVersion,
    applicationBundleIdentifier,
    applicationInstallUrl,
    privateApp,
    applicationBinaryFile,
    noBinaryFile,
    applicationIconFile,
    noIconFile,
    canvasUrl,
    canvasAccessMethod,
    canvasSamlInitiation,
    canvasLocations,
    canvasOptions,
    canvasLifecycleClass,
    assetCertificate,
    assetValidity,
    assetAudiences,
    assetAttributes,
    assetCustomPermissions,
    ...same
  } = values
  // What was set elsewhere to seconds that are no whole minutes stays so, unless somebody enters other minutes.
  const isSame = app !== undefined && idTokenValidity === Math.ceil(app.idTokenConfig.validity / 60)
  return {
    ...same,
    ...(isDistributionState(distributionState) && { distributionState }),
    ...enteredAppearance(values),
    saml: enteredSaml(values),
    ...enteredAssetTokens(values, app),
    isConsumerSecretOptional: !isSecretRequired,
    idTokenConfig: {
      ...(isSame || idTokenValidity === undefined ? {} : { validity: idTokenValidity * 60 }),
      audiences: idTokenAudiences,
      includesStandardClaims: idTokenIncludesStandardClaims,
      includesAttributes: idTokenIncludesAttributes,
      includesCustomPermissions: idTokenIncludesCustomPermissions,
    },
    attributes: attributes.map(readAttributeLine),
  } satisfies EnteredApp
}

function isDistributionState(entered: string): entered is DistributionState {
  return entered === 'Local' || entered === 'Packaged'
}

/** The API name that was entered, or the one that Salesforce makes of the label. */
export function enteredApiName({ fullName, label }: { readonly fullName: string; readonly label: string }): string {
  return fullName === '' ? apiNameOf(label) : fullName
}

/** Problems of the acts under the names of the fields here. */
export function asFormProblems(problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => {
    const named =
      appearanceProblemNames[problem.field] ?? assetTokenProblemNames[problem.field] ?? samlProblemNames[problem.field]
    if (named !== undefined) return { ...problem, field: named }
    if (problem.field !== 'idTokenConfig') return problem
    return { ...problem, field: problem.item === undefined ? 'idTokenValidity' : 'idTokenAudiences' }
  })
}

/**
 * A certificate is looked at before it is stored: whoever uploads the wrong one finds out from refused assertions only.
 * @returns what to see first, or `undefined` when it was seen, or is none, or is the one that the app has
 */
export function certificateToSee(
  { certificate, seenCertificate }: AppValues,
  at: Date,
  app?: Pick<ConnectedApp, 'certificate'>,
): SeeFirst | undefined {
  const reading = readCertificate(certificate)
  if (!reading.ok) return undefined
  const { fingerprint256 } = reading.certificate
  if (fingerprint256 === seenCertificate || fingerprint256 === app?.certificate?.fingerprint256) return undefined
  return {
    seeFirst: (
      <div class="stack">
        <p>
          Nothing is saved yet. If this is the certificate that belongs to the app’s key, save once more; or enter{' '}
          <a href="#f-certificate">another one</a>.
        </p>
        <CertificateDetails certificate={reading.certificate} at={at} />
      </div>
    ),
  }
}
