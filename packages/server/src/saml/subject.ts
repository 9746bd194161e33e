import { createHash } from 'node:crypto'
import { type AttributeSubject, attributeValues } from '../connected-apps/custom-attribute.ts'
import type { SamlApp } from '../connected-apps/saml-app.ts'
import { type SamlConfig, subjectFormula } from '../connected-apps/saml-config.ts'
import { id15 } from '../record-id.ts'
import type { User } from '../users/user.ts'

const formats: Readonly<Record<SamlConfig['samlNameIdFormat'], string>> = {
  Unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  EmailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  Persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  Transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
}

/** The format in which an app is told names, as URN. */
export function nameIdFormatOf({ samlNameIdFormat }: Pick<SamlConfig, 'samlNameIdFormat'>): string {
  return formats[samlNameIdFormat]
}

/** What an app is told a user is called; `undefined` where the user has no such name. */
export function nameIdOf({ id, saml }: Pick<SamlApp, 'id' | 'saml'>, subject: AttributeSubject): string | undefined {
  const { user, org } = subject
  switch (saml.samlSubjectType) {
    case 'Username':
      return user.username
    case 'FederationId':
      return user.federationId
    case 'UserId':
      return id15(user.id)
    case 'PersistentID':
      // The same for ever, and another at each app.
      return createHash('sha256').update(`saml persistent ${org.id} ${id} ${user.id}`).digest('base64url')
    case 'CustomAttr': {
      const values = attributeValues([{ key: 'subject', formula: subjectFormula(saml) }], subject)
      return values['subject'] === '' ? undefined : values['subject']
    }
  }
}

/** What an app is told of a user: what each is, in Salesforce's order, and behind it the app's custom attributes. */
export function attributesOf(
  user: Pick<User, 'id' | 'username' | 'email'>,
  customAttributes: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return [
    ['userId', id15(user.id)],
    ['username', user.username],
    ['email', user.email],
    ['is_portal_user', 'false'],
    ...Object.entries(customAttributes),
  ]
}
