import { type Certificate, readCertificate } from '../certificates/certificate.ts'
import { certificateProblemText } from '../certificates/certificate-problem.ts'
import { lineProblem, requiredLineProblem, trimmed } from '../entered-text.ts'
import type { Problem } from '../problem.ts'
import { pageUrlProblem } from '../web-url.ts'
import { attributeFields } from './custom-attribute.ts'
import { readFormula } from './formula/formula.ts'

/** What an app is told a user is called (*Subject Type*). Names of metadata. */
export const samlSubjectTypes = ['Username', 'FederationId', 'UserId', 'PersistentID', 'CustomAttr'] as const
/** What kind of name that is said to be (*Name ID Format*). */
export const samlNameIdFormats = ['Unspecified', 'EmailAddress', 'Persistent', 'Transient'] as const
/** *Signing Algorithm for SAML Messages*. */
export const samlSigningAlgorithms = ['SHA256', 'SHA1'] as const
/** How assertions are encrypted for the app. */
export const samlEncryptionTypes = ['AES_128', 'AES_256'] as const
/** How messages about signing out go to the app. */
export const samlLogoutBindings = ['RedirectBinding', 'PostBinding'] as const

/**
 * *Web App Settings / Enable SAML*: that people of an org sign in to the app as the service provider that it is (`samlConfig` of
 * metadata, by its names).
 */
export interface SamlConfig {
  /** What the app calls itself: the Issuer of its requests and the Audience of its assertions. Unique in the org. */
  readonly entityUrl: string
  /** *ACS URL*: where responses go, and the only place they go. */
  readonly acsUrl: string
  readonly samlSubjectType: (typeof samlSubjectTypes)[number]
  /** A field of the user, where the subject is one. */
  readonly samlSubjectCustomAttr: string | undefined
  readonly samlNameIdFormat: (typeof samlNameIdFormats)[number]
  /** What the org calls itself to this app; `undefined` is its own address. */
  readonly issuer: string | undefined
  readonly samlSigningAlgoType: (typeof samlSigningAlgorithms)[number]
  /** *Verify Request Signatures*: where there is one, every request has to be signed with its key. */
  readonly certificate: Certificate | undefined
  /** *Encrypt SAML Response*: the Unique Name of a certificate of the org, which is the app's; `undefined` encrypts nothing. */
  readonly encryptionCertificate: string | undefined
  readonly encryptionType: (typeof samlEncryptionTypes)[number]
  /** *Single Logout URL*: where the app hears that somebody signs out, and what its own request for that came to. */
  readonly samlSloUrl: string | undefined
  readonly samlIdpSLOBindingEnum: (typeof samlLogoutBindings)[number]
}

/** What an admin enters of it. A field left out stays as it is; an empty text clears it, and an empty Entity Id the whole. */
export interface EnteredSamlConfig extends Partial<Omit<SamlConfig, 'certificate'>> {
  readonly samlSubjectCustomAttr?: string
  readonly issuer?: string
  /** PEM. */
  readonly certificate?: string
  readonly encryptionCertificate?: string
  readonly samlSloUrl?: string
}

const begin: Omit<SamlConfig, 'entityUrl' | 'acsUrl'> = {
  samlSubjectType: 'Username',
  samlSubjectCustomAttr: undefined,
  samlNameIdFormat: 'Unspecified',
  issuer: undefined,
  samlSigningAlgoType: 'SHA256',
  certificate: undefined,
  encryptionCertificate: undefined,
  encryptionType: 'AES_256',
  samlSloUrl: undefined,
  samlIdpSLOBindingEnum: 'RedirectBinding',
}

/** The settings with what was entered put in, and what is wrong with it, by the name of the field behind `saml.`. */
export function samlConfigWith(
  held: SamlConfig | undefined,
  entered: EnteredSamlConfig,
): { readonly saml: SamlConfig | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = (field: keyof SamlConfig, message: string | undefined) => {
    if (message !== undefined) problems.push({ field: `saml.${field}`, message })
  }
  const text = (field: 'issuer' | 'samlSubjectCustomAttr' | 'encryptionCertificate' | 'samlSloUrl') =>
    entered[field] === undefined ? held?.[field] : trimmed(entered[field])
  const entityUrl = entered.entityUrl === undefined ? held?.entityUrl : trimmed(entered.entityUrl)
  const acsUrl = entered.acsUrl === undefined ? held?.acsUrl : trimmed(entered.acsUrl)
  if (entityUrl === undefined) {
    const isCleared = entered.entityUrl !== undefined && held !== undefined
    if (acsUrl !== undefined && !isCleared)
      report('entityUrl', 'Enter what the app calls itself; without that there is no SAML.')
    return { saml: undefined, problems }
  }
  const { certificate: pem, ...others } = entered
  const settings: SamlConfig = {
    ...begin,
    ...held,
    ...others,
    entityUrl,
    acsUrl: acsUrl ?? '',
    issuer: text('issuer'),
    samlSubjectCustomAttr: text('samlSubjectCustomAttr'),
    encryptionCertificate: text('encryptionCertificate'),
    samlSloUrl: text('samlSloUrl'),
    certificate: certificate(),
  }
  report('entityUrl', requiredLineProblem(entityUrl, 1024))
  report('acsUrl', acsUrl === undefined ? 'Enter where responses go.' : pageUrlProblem(acsUrl))
  if (settings.issuer !== undefined) report('issuer', lineProblem(settings.issuer, 1024))
  if (settings.samlSloUrl !== undefined) report('samlSloUrl', pageUrlProblem(settings.samlSloUrl))
  if (settings.samlSubjectType === 'CustomAttr') report('samlSubjectCustomAttr', fieldProblem(settings))
  return { saml: settings, problems }

  function certificate(): Certificate | undefined {
    if (pem === undefined) return held?.certificate
    if (trimmed(pem) === undefined) return undefined
    const reading = readCertificate(pem)
    if (!reading.ok) {
      report('certificate', certificateProblemText(reading.problem))
      return undefined
    }
    if (reading.certificate.keyType !== 'RSA') report('certificate', 'Requests are verified with RSA keys alone.')
    return reading.certificate
  }
}

/** The formula of the field that a custom subject is. */
export function subjectFormula({ samlSubjectCustomAttr }: Pick<SamlConfig, 'samlSubjectCustomAttr'>): string {
  return `$User.${samlSubjectCustomAttr ?? ''}`
}

function fieldProblem(settings: SamlConfig): string | undefined {
  const { samlSubjectCustomAttr: name } = settings
  if (name === undefined) return 'Enter the field of the user that is the subject, such as Email.'
  const isName = /^[A-Za-z]\w*$/.test(name)
  const reading = isName ? readFormula(subjectFormula(settings), attributeFields) : undefined
  return reading?.ok === true
    ? undefined
    : `There is no field “${name.slice(0, 80)}” of users that could be the subject.`
}
