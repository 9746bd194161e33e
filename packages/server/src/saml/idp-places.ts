import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { id15 } from '../record-id.ts'

/** Where an org answers as an identity provider. */
export const idpPaths = {
  httpPost: '/idp/endpoint/HttpPost',
  httpRedirect: '/idp/endpoint/HttpRedirect',
  /** Where people begin who begin here, and where they come back to from the sign-in page. */
  login: '/idp/login',
  logout: '/services/auth/idp/saml2/logout',
  metadata: '/.well-known/samlidp.xml',
} as const

/** Those of an org at its own address. @param base that address */
export function idpPlaces(base: string) {
  return {
    httpPost: base + idpPaths.httpPost,
    httpRedirect: base + idpPaths.httpRedirect,
    logout: base + idpPaths.logout,
    metadata: base + idpPaths.metadata,
  } as const
}

/** *IdP-Initiated Login URL*: signs whoever opens it in to the app. */
export function idpLoginUrl(base: string, { id }: Pick<ConnectedApp, 'id'>): string {
  return `${base}${idpPaths.login}?app=${id15(id)}`
}

/** The metadata of an org for one app. */
export function appMetadataUrl(base: string, { fullName }: Pick<ConnectedApp, 'fullName'>): string {
  return `${base}/.well-known/samlidp/${fullName}.xml`
}
