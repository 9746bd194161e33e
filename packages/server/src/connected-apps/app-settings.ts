import { readCertificate } from '../certificates/certificate.ts'
import { certificateProblemText, validityWarning } from '../certificates/certificate-problem.ts'
import { didYouMean } from '../closest-name.ts'
import { emailProblem, lineProblem, requiredLineProblem, trimmed } from '../entered-text.ts'
import { type IpRange, ipRangeRule, isIpRange } from '../ip-range.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { pageUrlProblem } from '../web-url.ts'
import { assetTokenConfigWith } from './asset-token-config.ts'
import { callbackUrlProblems } from './callback-url.ts'
import { canvasWith, type EnteredCanvas } from './canvas-app.ts'
import type { AssetTokenConfig, ConnectedApp, DistributionState, IdTokenConfig } from './connected-app.ts'
import { attributeProblems, type CustomAttribute } from './custom-attribute.ts'
import { type EnteredMobile, mobileWith } from './mobile-app.ts'
import { type EnteredSamlConfig, samlConfigWith } from './saml-config.ts'
import { type Scope, scopeDefinitions, scopeOfMetadataName } from './scope.ts'

/**
 * What an admin enters of a connected app's own settings. A field left out stays as it is, or gets its default; an empty
 * text clears it.
 */
export interface EnteredApp {
  readonly label?: string
  /** Of external client apps alone. */
  readonly distributionState?: DistributionState
  readonly contactEmail?: string
  readonly contactPhone?: string
  readonly description?: string
  readonly infoUrl?: string
  readonly logoUrl?: string
  readonly iconUrl?: string
  readonly startUrl?: string
  /** All of them. */
  readonly callbackUrls?: readonly string[]
  /** PEM; empty takes it away (*Use digital signatures*). */
  readonly certificate?: string
  /** All of them, by their wire names (`refresh_token`), their names in metadata (`RefreshToken`), or those the org gave. */
  readonly scopes?: readonly string[]
  readonly isConsumerSecretOptional?: boolean
  readonly isSecretRequiredForRefreshToken?: boolean
  readonly isPkceRequired?: boolean
  readonly isIntrospectAllTokens?: boolean
  readonly isRefreshTokenRotationEnabled?: boolean
  readonly isClientCredentialEnabled?: boolean
  readonly isNamedUserJwtEnabled?: boolean
  readonly isDeviceFlowEnabled?: boolean
  readonly isUserAgentEnabled?: boolean
  readonly isUsernamePasswordEnabled?: boolean
  readonly isCodeCredentialEnabled?: boolean
  readonly isCodeCredentialPostOnly?: boolean
  readonly isTokenExchangeEnabled?: boolean
  readonly isSecretRequiredForTokenExchange?: boolean
  /** `off` takes asset tokens away. */
  readonly assetTokenConfig?: Partial<AssetTokenConfig> | 'off'
  readonly idTokenConfig?: Partial<IdTokenConfig>
  /** All of them. */
  readonly attributes?: readonly CustomAttribute[]
  readonly ipRanges?: readonly IpRange[]
  readonly singleLogoutUrl?: string
  readonly mobile?: EnteredMobile
  readonly canvas?: EnteredCanvas
  readonly saml?: EnteredSamlConfig
}

/**
 * The app with what was entered put in, checked field by field. Nothing is written.
 * @param customScopes the names of the scopes that its org has made
 */
export function appWithSettings(
  app: ConnectedApp,
  entered: EnteredApp,
  customScopes: readonly string[],
  now: Date,
): Outcome<ConnectedApp> {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const report = (field: keyof EnteredApp, message: string | undefined, item?: number) => {
    if (message !== undefined) problems.push({ field, message, ...(item === undefined ? {} : { item }) })
  }
  const line = (field: 'contactPhone', most: number): string | undefined => {
    const value = entered[field] === undefined ? app[field] : trimmed(entered[field])
    if (value !== undefined) report(field, lineProblem(value, most))
    return value
  }
  const url = (field: 'infoUrl' | 'logoUrl' | 'iconUrl' | 'startUrl' | 'singleLogoutUrl'): string | undefined => {
    const value = entered[field] === undefined ? app[field] : trimmed(entered[field])
    if (value !== undefined) report(field, pageUrlProblem(value))
    return value
  }

  const label = entered.label === undefined ? app.label : (trimmed(entered.label) ?? '')
  report('label', requiredLineProblem(trimmed(label), 80))
  const contactEmail = entered.contactEmail === undefined ? app.contactEmail : (trimmed(entered.contactEmail) ?? '')
  report('contactEmail', emailProblem(trimmed(contactEmail)))
  const description = entered.description === undefined ? app.description : trimmed(entered.description)
  report('description', descriptionProblem(description ?? ''))
  const { settings: mobile, problems: ofMobile } = mobileWith(app.mobile, entered.mobile ?? {})
  const { canvas, problems: ofCanvas } = canvasWith(app.canvas, entered.canvas ?? {})
  const { saml, problems: ofSaml } = samlConfigWith(app.saml, entered.saml ?? {})
  problems.push(...ofMobile, ...ofCanvas, ...ofSaml)
  const callbackUrls = entered.callbackUrls ?? app.callbackUrls
  // An app that people sign in to by SAML alone has nothing of OAuth: no callback URL and no scope.
  const isOfSamlAlone = saml !== undefined && callbackUrls.length === 0 && (entered.scopes ?? app.scopes).length === 0
  if (!isOfSamlAlone) problems.push(...callbackUrlProblems(callbackUrls))
  const changed: ConnectedApp = {
    ...app,
    label,
    external: external(),
    contactEmail,
    contactPhone: line('contactPhone', 40),
    description,
    infoUrl: url('infoUrl'),
    logoUrl: url('logoUrl'),
    iconUrl: url('iconUrl'),
    startUrl: url('startUrl'),
    callbackUrls,
    certificate: certificate(),
    scopes: scopes(),
    isConsumerSecretOptional: entered.isConsumerSecretOptional ?? app.isConsumerSecretOptional,
    isSecretRequiredForRefreshToken: entered.isSecretRequiredForRefreshToken ?? app.isSecretRequiredForRefreshToken,
    isPkceRequired: entered.isPkceRequired ?? app.isPkceRequired,
    isIntrospectAllTokens: entered.isIntrospectAllTokens ?? app.isIntrospectAllTokens,
    isRefreshTokenRotationEnabled: entered.isRefreshTokenRotationEnabled ?? app.isRefreshTokenRotationEnabled,
    isClientCredentialEnabled: entered.isClientCredentialEnabled ?? app.isClientCredentialEnabled,
    isNamedUserJwtEnabled: entered.isNamedUserJwtEnabled ?? app.isNamedUserJwtEnabled,
    isDeviceFlowEnabled: entered.isDeviceFlowEnabled ?? app.isDeviceFlowEnabled,
    isUserAgentEnabled: entered.isUserAgentEnabled ?? app.isUserAgentEnabled,
    isUsernamePasswordEnabled: entered.isUsernamePasswordEnabled ?? app.isUsernamePasswordEnabled,
    isCodeCredentialEnabled: entered.isCodeCredentialEnabled ?? app.isCodeCredentialEnabled,
    isCodeCredentialPostOnly: entered.isCodeCredentialPostOnly ?? app.isCodeCredentialPostOnly,
    isTokenExchangeEnabled: entered.isTokenExchangeEnabled ?? app.isTokenExchangeEnabled,
    isSecretRequiredForTokenExchange: entered.isSecretRequiredForTokenExchange ?? app.isSecretRequiredForTokenExchange,
    assetTokenConfig: assetTokenConfig(),
    idTokenConfig: idTokenConfig(),
    attributes: attributes(),
    ipRanges: ipRanges(),
    singleLogoutUrl: url('singleLogoutUrl'),
    mobile,
    canvas,
    saml,
    modifiedAt: now,
  }
  return problems.length > 0 ? refused(...problems) : done(changed, warnings)

  function external(): ConnectedApp['external'] {
    if (app.external === undefined) {
      if (entered.distributionState !== undefined) report('distributionState', ofExternalAlone)
      return undefined
    }
    for (const field of ['isUserAgentEnabled', 'isUsernamePasswordEnabled'] as const) {
      if (entered[field] === true) report(field, 'External client apps do not have this flow.')
    }
    return { distributionState: entered.distributionState ?? app.external.distributionState }
  }

  function certificate(): ConnectedApp['certificate'] {
    if (entered.certificate === undefined) return app.certificate
    const pem = trimmed(entered.certificate)
    if (pem === undefined) return undefined
    const reading = readCertificate(pem)
    if (!reading.ok) {
      report('certificate', certificateProblemText(reading.problem))
      return undefined
    }
    if (reading.certificate.keyType !== 'RSA') {
      report(
        'certificate',
        `The key of this certificate is ${reading.certificate.keyType}; assertions are signed with RSA.`,
      )
    }
    const warning = validityWarning(reading.certificate, now)
    if (warning !== undefined) warnings.push({ field: 'certificate', message: warning })
    return reading.certificate
  }

  function scopes(): readonly Scope[] {
    const names = entered.scopes ?? app.scopes
    if (names.length === 0 && !isOfSamlAlone) report('scopes', 'Select at least one scope.')
    const wanted = new Set<Scope>()
    for (const [item, name] of names.entries()) {
      const scope = readScope(name) ?? customScopes.find((custom) => custom === name)
      const known = [...scopeNames, ...customScopes]
      if (scope === undefined) report('scopes', `There is no scope “${name}”.${didYouMean(name, known)}`, item)
      else wanted.add(scope)
    }
    const inOrder = [...scopeDefinitions.map(({ names: [scope] }) => scope), ...customScopes]
    return inOrder.filter((scope) => wanted.has(scope))
  }

  function attributes(): readonly CustomAttribute[] {
    if (entered.attributes === undefined) return app.attributes
    problems.push(...attributeProblems(entered.attributes))
    return entered.attributes
  }

  function idTokenConfig(): IdTokenConfig {
    const config = { ...app.idTokenConfig, ...entered.idTokenConfig }
    // What stands there already may stay, whatever a database of before this rule says.
    const validity = entered.idTokenConfig?.validity ?? 60
    if (validity % 60 !== 0 || validity < 60 || validity > 43_200) {
      report('idTokenConfig', 'An ID token is valid for 1 to 720 whole minutes.')
    }
    for (const [item, audience] of config.audiences.entries()) {
      report('idTokenConfig', requiredLineProblem(trimmed(audience), 255), item)
    }
    return config
  }

  function assetTokenConfig(): AssetTokenConfig | undefined {
    if (entered.assetTokenConfig === undefined) return app.assetTokenConfig
    if (entered.assetTokenConfig === 'off') return undefined
    const config = assetTokenConfigWith(app.assetTokenConfig, entered.assetTokenConfig)
    problems.push(...config.problems)
    return config.value
  }

  function ipRanges(): readonly IpRange[] {
    const ranges = entered.ipRanges ?? app.ipRanges
    for (const [item, range] of ranges.entries()) {
      report('ipRanges', isIpRange(range) ? lineProblem(range.description ?? '', 255) : ipRangeRule, item)
    }
    return ranges
  }
}

const ofExternalAlone = 'Only an external client app has a distribution state; a connected app is known in every org.'

const scopeNames = scopeDefinitions.flatMap(({ names, metadataName }) => [metadataName, ...names])

/** The scope of a wire name or of a name in metadata, or `undefined` when it is neither. */
export function readScope(name: string): Scope | undefined {
  return scopeDefinitions.find(({ names }) => names.includes(name))?.names[0] ?? scopeOfMetadataName(name)
}

function descriptionProblem(text: string): string | undefined {
  if (text.length > 1000) return 'Use at most 1000 characters.'
  return /[^\P{Cc}\n\r\t]|\p{Cs}/u.test(text) ? 'Use text without control characters.' : undefined
}
