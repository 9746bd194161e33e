import type { Certificate } from '../certificates/certificate.ts'
import type { samlLogoutBindings } from '../connected-apps/saml-config.ts'

/** How what an assertion says of a user is to be understood. */
export const identityMappings = ['Username', 'FederationId', 'UserId'] as const
export type IdentityMapping = (typeof identityMappings)[number]

/** Where an assertion says who the user is. */
export const identityLocations = ['SubjectNameId', 'Attribute'] as const
export type IdentityLocation = (typeof identityLocations)[number]

/** With which algorithm requests to a provider are signed. */
export const requestSignatureMethods = ['RSA-SHA256', 'RSA-SHA1'] as const

/** An identity provider that an org believes (*SAML Single Sign-On Settings*; the metadata type `SamlSsoConfig`). */
export interface SamlSsoConfig {
  /** 18 characters, `0LE…`. */
  readonly id: string
  readonly orgId: string
  /** The API name, unique in the org. */
  readonly fullName: string
  readonly label: string
  /** What the identity provider calls itself; unique in the org. */
  readonly issuer: string
  /** What the org is called there: the Audience of its assertions. */
  readonly samlEntityId: string
  /** What its assertions are verified with. */
  readonly validationCert: Certificate
  readonly identityMapping: IdentityMapping
  readonly identityLocation: IdentityLocation
  /** The attribute that says who the user is, where it is not the NameID. */
  readonly attributeName: string | undefined
  /** *Identity Provider Login URL*: where people are sent to sign in; `undefined` where they begin there alone. */
  readonly loginUrl: string | undefined
  /** Whether they go there by redirect; else by a form. */
  readonly redirectBinding: boolean
  /** *Request Signing Certificate*: the Unique Name of a certificate of the org; `undefined` signs nothing. */
  readonly requestSigningCertId: string | undefined
  readonly requestSignatureMethod: (typeof requestSignatureMethods)[number]
  /** *Assertion Decryption Certificate*: the Unique Name of a certificate of the org; `undefined` takes nothing encrypted. */
  readonly decryptionCertificate: string | undefined
  /** *User Provisioning Enabled*: users are made, and brought up to date, by signing in; then they are known by Federation ID. */
  readonly userProvisioning: boolean
  /** *Custom SAML JIT with Apex handler*: the module that says what these users are like; `undefined` where attributes do (*Standard*). */
  readonly samlJitHandlerId: string | undefined
  /** As whom it runs, and whose changes are told: who may manage users. */
  readonly executionUserId: string | undefined
  /** *Identity Provider Single Logout URL*: where it takes messages about signing out; `undefined` where it is sent none. */
  readonly singleLogoutUrl: string | undefined
  readonly singleLogoutBinding: (typeof samlLogoutBindings)[number]
  /** *Custom Logout URL*: where people land who have signed out; `undefined` for the page that says so. */
  readonly logoutUrl: string | undefined
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** Keeps the identity providers that orgs believe. */
export interface SamlSsoConfigStore {
  add(config: SamlSsoConfig): Promise<void>
  /** Those of an org, by their names. */
  list(orgId: string): Promise<readonly SamlSsoConfig[]>
  /** Those with this id, whatever their org. */
  find(id: string): Promise<SamlSsoConfig | undefined>
  findByName(orgId: string, fullName: string): Promise<SamlSsoConfig | undefined>
  /** Replaces everything but id, org, name and creation. */
  update(config: SamlSsoConfig): Promise<void>
  delete(id: string): Promise<void>
}
