import type { SamlSsoConfig, Stores } from '@sallyport/server'
import { details, minute } from '../../table.ts'
import type { Style } from '../../terminal.ts'

/** Single sign-on settings with the names of what their ids stand for. */
export interface ShownSettings {
  readonly config: SamlSsoConfig
  /** The name of the org. */
  readonly org: string
  /** The username as whom the handler runs. */
  readonly executionUser: string | undefined
}

/** Looks up what goes with settings. */
export async function shownSettings(
  { users }: Pick<Stores, 'users'>,
  config: SamlSsoConfig,
  { name }: { readonly name: string },
): Promise<ShownSettings> {
  const { executionUserId: id } = config
  return { config, org: name, executionUser: id === undefined ? undefined : (await users.find(id))?.username }
}

/** Single sign-on settings as programs read them. */
export function settingsJson({ config, org, executionUser }: ShownSettings): Readonly<Record<string, unknown>> {
  const { id, fullName, label, issuer, samlEntityId, validationCert, identityMapping, identityLocation } = config
  return {
    id,
    org,
    fullName,
    label,
    issuer,
    samlEntityId,
    validationCert: validationCert.pem,
    fingerprint256: validationCert.fingerprint256,
    identityMapping,
    identityLocation,
    attributeName: config.attributeName,
    loginUrl: config.loginUrl,
    redirectBinding: config.redirectBinding,
    requestSigningCertId: config.requestSigningCertId,
    requestSignatureMethod: config.requestSignatureMethod,
    decryptionCertificate: config.decryptionCertificate,
    userProvisioning: config.userProvisioning,
    samlJitHandlerId: config.samlJitHandlerId,
    executionUserId: executionUser,
    singleLogoutUrl: config.singleLogoutUrl,
    singleLogoutBinding: config.singleLogoutBinding,
    logoutUrl: config.logoutUrl,
    createdAt: config.createdAt,
    modifiedAt: config.modifiedAt,
  }
}

/** Single sign-on settings as people read them. */
export function settingsText({ config, org, executionUser }: ShownSettings, style: Style): string {
  const { validationCert } = config
  return details(
    {
      Name: config.fullName,
      Label: config.label,
      Org: org,
      Id: config.id,
      Issuer: config.issuer,
      'Entity ID': config.samlEntityId,
      Identity: identityText(config),
      'Login URL': config.loginUrl && `${config.loginUrl}, by ${config.redirectBinding ? 'redirect' : 'post'}`,
      'Requests signed with':
        config.requestSigningCertId && `${config.requestSigningCertId} (${config.requestSignatureMethod})`,
      'Decrypted with': config.decryptionCertificate,
      'Users are made': config.userProvisioning ? 'by signing in' : undefined,
      'By the handler': config.samlJitHandlerId && `${config.samlJitHandlerId}, run as ${executionUser ?? 'nobody'}`,
      'Single logout URL':
        config.singleLogoutUrl &&
        `${config.singleLogoutUrl}, by ${config.singleLogoutBinding === 'RedirectBinding' ? 'redirect' : 'post'}`,
      'Logout URL': config.logoutUrl,
      Certificate: validationCert.subject,
      Valid: `${minute(validationCert.notBefore)} to ${minute(validationCert.notAfter)}`,
      'SHA-256': validationCert.fingerprint256,
      Created: minute(config.createdAt),
    },
    style,
  )
}

/** How the provider names users. */
export function identityText({ identityMapping, attributeName, identityLocation }: SamlSsoConfig): string {
  return `${identityMapping}, ${identityLocation === 'Attribute' ? `in the attribute ${attributeName}` : 'in the NameID'}`
}
