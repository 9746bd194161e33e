import type { HandlerTools } from '../handlers/handler-tools.ts'

/** A user as a just-in-time handler answers them: what is left out stays as it is, and an empty text clears it. */
export interface JitUser {
  /** Of a user of the org who is there, whom nobody knew by this Federation ID: they are who signs in. `createUser` alone answers it. */
  readonly Id?: string
  readonly Username?: string
  readonly Email?: string
  readonly FirstName?: string | null
  readonly LastName?: string
  /** The id of a profile, or its name. */
  readonly ProfileId?: string
  readonly CommunityNickname?: string
  readonly TimeZoneSidKey?: string
  readonly LocaleSidKey?: string
  readonly LanguageLocaleKey?: string
  readonly Country?: string | null
  readonly MobilePhone?: string | null
  readonly IsActive?: boolean
  /** What the assertion says who the user is, and nothing else. A user who is made has it anyway. */
  readonly FederationIdentifier?: string
}

/**
 * What a custom just-in-time handler does (`Auth.SamlJitHandler`): it says what the users are like who sign in with a SAML identity
 * provider. It writes nothing itself. A module exports the two functions, or has an object with them as its default export; without
 * `updateUser` signing in changes nobody. Ids are of 18 characters; `communityId` and `portalId` are always `undefined`.
 */
export interface SamlJitHandler {
  /**
   * Asked about somebody whom nobody knows. Answers who they are to be.
   * @param federationId what the assertion says who the user is
   * @param attributes of the assertion; several values of one stand with `;` between them. That of an assertion that came encrypted has
   * the assertion as well, as XML, as `Sfdc.SamlAssertion`
   * @param assertion as base64: what was signed of it, or, where it came so, what was encrypted
   */
  createUser(
    samlSsoProviderId: string,
    communityId: string | undefined,
    portalId: string | undefined,
    federationId: string,
    attributes: Readonly<Record<string, string>>,
    assertion: string,
    tools: HandlerTools,
  ): JitUser | Promise<JitUser>
  /** Asked about somebody who is known, at each sign-in. Answers what is to change of them, or nothing. */
  updateUser?(
    userId: string,
    samlSsoProviderId: string,
    communityId: string | undefined,
    portalId: string | undefined,
    federationId: string,
    attributes: Readonly<Record<string, string>>,
    assertion: string,
    tools: HandlerTools,
  ): JitUser | undefined | Promise<JitUser | undefined>
}
