import { type BuiltInNeeds, installBuiltIn } from './built-in-app.ts'

/** The consumer key of the app under which sessions by the SAML assertion flow are kept. */
export const samlAssertionKey = 'SAMLAssertion'

/**
 * Builds in the app under which the sessions are kept that somebody got by an identity provider's assertion. That flow has no app;
 * so they can be seen, ended and blocked like all others. It has no callback URL and no known secret, and so no other flow.
 */
export function installSamlAssertionApp(needs: BuiltInNeeds): Promise<void> {
  return installBuiltIn(needs, {
    fullName: samlAssertionKey,
    label: 'SAML Assertion',
    contactEmail: 'saml-assertion@sallyport.invalid',
    description: 'Sessions by the SAML assertion flow, for which an identity provider vouched. Built in.',
    scopes: ['full'],
  })
}
