import { holdsPrivateKey, type OrgCertificate } from '../../../certificates/certificate.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import {
  type EnteredSamlConfig,
  samlEncryptionTypes,
  samlLogoutBindings,
  samlNameIdFormats,
  samlSigningAlgorithms,
  samlSubjectTypes,
} from '../../../connected-apps/saml-config.ts'
import { area, choice, text } from '../field.tsx'
import type { ValuesOf } from '../form.tsx'

const subjectLabels = {
  Username: 'Username',
  FederationId: 'Federation ID',
  UserId: 'User ID',
  PersistentID: 'Persistent ID',
  CustomAttr: 'Custom Attribute',
} as const

const formatLabels = {
  Unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  EmailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  Persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  Transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
} as const

const bindingLabels = { RedirectBinding: 'HTTP Redirect', PostBinding: 'HTTP POST' } as const
const encryptionLabels = { AES_128: 'AES-128', AES_256: 'AES-256' } as const

/** *Web App Settings / Enable SAML*. @param certificates of the org: responses can be encrypted for those with RSA keys */
export function samlFields(certificates: readonly OrgCertificate[]) {
  const encrypting = certificates.filter(({ certificate }) => certificate.keyType === 'RSA')
  return {
    entityUrl: text({
      label: 'Entity Id',
      help: 'What the app calls itself, as its SAML metadata says it (entityID), character by character. It is the Audience of what it is sent. Left empty, nobody signs in to the app by SAML.',
    }),
    acsUrl: text({
      label: 'ACS URL',
      type: 'url',
      help: 'Where the app takes responses (AssertionConsumerService). They go there and nowhere else; a request that names another address is refused.',
    }),
    samlSubjectType: choice({
      label: 'Subject Type',
      options: samlSubjectTypes.map((value) => ({ value, label: subjectLabels[value] })),
      help: 'What the app is told a user is called. Somebody without a Federation ID cannot be signed in where that is the subject.',
    }),
    samlSubjectCustomAttr: text({
      label: 'Custom Attribute of the Subject',
      placeholder: 'Email',
      help: 'The field of the user, where the subject is a custom attribute.',
    }),
    samlNameIdFormat: choice({
      label: 'Name ID Format',
      options: samlNameIdFormats.map((value) => ({ value, label: formatLabels[value] })),
      help: 'What kind of name the subject is said to be. It changes nothing about the name.',
    }),
    samlIssuer: text({
      label: 'Issuer',
      help: 'What the org calls itself to this app. Left empty it is the My Domain URL, as in the metadata of the org.',
    }),
    samlSigningAlgoType: choice({
      label: 'Signing Algorithm for SAML Messages',
      options: samlSigningAlgorithms.map((value) => ({ value, label: value })),
      help: 'SHA-1 can be forged. Choose it for an app alone that knows nothing newer.',
    }),
    samlCertificate: area({
      label: 'Verify Request Signatures',
      rows: 5,
      accepts: '.crt,.cer,.pem',
      isSecret: holdsPrivateKey,
      help: 'The certificate of the key that the app signs its requests with, as PEM. With one, every request has to be signed with that key; without one, signatures are not looked at, and the app cannot ask to sign people out.',
    }),
    samlEncryptionCertificate: choice({
      label: 'Encrypt SAML Response',
      none: 'None: assertions are signed and not encrypted',
      options: encrypting.map(({ name, label }) => ({
        value: name,
        label: label === name ? name : `${label} (${name})`,
      })),
      help: 'The certificate of the app that assertions are encrypted for. Import it first under Certificate and Key Management, without a key.',
    }),
    samlEncryptionType: choice({
      label: 'Block Encryption Algorithm',
      options: samlEncryptionTypes.map((value) => ({ value, label: encryptionLabels[value] })),
      help: 'How the assertion is encrypted, where it is. Choose what the app can read.',
    }),
    samlSloUrl: text({
      label: 'SAML Single Logout URL',
      type: 'url',
      help: 'Where the app takes messages about signing out. It is told when somebody signs out here, and answered there when it asks for that itself.',
    }),
    samlSloBinding: choice({
      label: 'Single Logout Binding',
      options: samlLogoutBindings.map((value) => ({ value, label: bindingLabels[value] })),
      help: 'How messages about signing out reach the app: in an address, or in a form.',
    }),
  }
}

type Values = ValuesOf<ReturnType<typeof samlFields>>

/** The settings as their fields show them. */
export function samlStart({ saml }: Pick<ConnectedApp, 'saml'>): Values {
  return {
    entityUrl: saml?.entityUrl ?? '',
    acsUrl: saml?.acsUrl ?? '',
    samlSubjectType: saml?.samlSubjectType ?? 'Username',
    samlSubjectCustomAttr: saml?.samlSubjectCustomAttr ?? '',
    samlNameIdFormat: saml?.samlNameIdFormat ?? 'Unspecified',
    samlIssuer: saml?.issuer ?? '',
    samlSigningAlgoType: saml?.samlSigningAlgoType ?? 'SHA256',
    samlCertificate: saml?.certificate?.pem ?? '',
    samlEncryptionCertificate: saml?.encryptionCertificate ?? '',
    samlEncryptionType: saml?.encryptionType ?? 'AES_256',
    samlSloUrl: saml?.samlSloUrl ?? '',
    samlSloBinding: saml?.samlIdpSLOBindingEnum ?? 'RedirectBinding',
  }
}

/** What was entered, as the act takes it. Options that a form cannot offer are those that it begins with. */
export function enteredSaml(values: Values): EnteredSamlConfig {
  const oneOf = <T extends string>(all: readonly [T, ...T[]], entered: string): T =>
    all.find((one) => one === entered) ?? all[0]
  return {
    entityUrl: values.entityUrl,
    acsUrl: values.acsUrl,
    samlSubjectType: oneOf(samlSubjectTypes, values.samlSubjectType),
    samlSubjectCustomAttr: values.samlSubjectCustomAttr,
    samlNameIdFormat: oneOf(samlNameIdFormats, values.samlNameIdFormat),
    issuer: values.samlIssuer,
    samlSigningAlgoType: oneOf(samlSigningAlgorithms, values.samlSigningAlgoType),
    certificate: values.samlCertificate,
    encryptionCertificate: values.samlEncryptionCertificate,
    encryptionType: oneOf(samlEncryptionTypes, values.samlEncryptionType),
    samlSloUrl: values.samlSloUrl,
    samlIdpSLOBindingEnum: oneOf(samlLogoutBindings, values.samlSloBinding),
  }
}

/** What the acts call these fields, by their names here. */
export const samlProblemNames: Readonly<Record<string, keyof Values>> = {
  'saml.entityUrl': 'entityUrl',
  'saml.acsUrl': 'acsUrl',
  'saml.samlSubjectCustomAttr': 'samlSubjectCustomAttr',
  'saml.issuer': 'samlIssuer',
  'saml.certificate': 'samlCertificate',
  'saml.encryptionCertificate': 'samlEncryptionCertificate',
  'saml.samlSloUrl': 'samlSloUrl',
}
