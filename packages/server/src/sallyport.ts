import { providerClient } from './auth-providers/ask-provider.ts'
import { userOfPerson } from './auth-providers/user-of-person.ts'
import { keyRotation } from './certificates/key-rotation.ts'
import { ensureSigningKey, type SigningKey, signingKeyAt } from './certificates/signing-keys.ts'
import type { Clock } from './clock.ts'
import { apiAccessOfToken } from './connected-apps/api-access-control.ts'
import { appAccess as appAccessBy, deviceAppAccess } from './connected-apps/app-access.ts'
import { appHandlers as appHandlersOf } from './connected-apps/app-handlers.ts'
import { customClaims as customClaimsOf } from './connected-apps/custom-claims.ts'
import { partnerRules } from './connected-apps/partner-app.ts'
import { soapLoginApp } from './connected-apps/soap-login-app.ts'
import { handlers as handlersFrom } from './handlers/handlers.ts'
import { jwtVerifier } from './handlers/verify-jwt.ts'
import { type Meter, meters } from './metrics/meter.ts'
import { admission } from './oauth/admission.ts'
import { authorize } from './oauth/authorize.ts'
import { readAuthorizeRequest } from './oauth/authorize-request.ts'
import { clientAuthentication } from './oauth/client-authentication.ts'
import { deviceConsent } from './oauth/device-consent.ts'
import { deviceRequest } from './oauth/device-request.ts'
import { hybridExchangeGrantType } from './oauth/exchanged-token.ts'
import { failedLogins } from './oauth/failed-login.ts'
import { frontdoor } from './oauth/frontdoor.ts'
import { assetToken } from './oauth/grants/asset-token.ts'
import { authorizationCode } from './oauth/grants/authorization-code.ts'
import { clientCredentials } from './oauth/grants/client-credentials.ts'
import { device, deviceCode } from './oauth/grants/device.ts'
import { exchangeOrAsset } from './oauth/grants/exchange-or-asset.ts'
import { offer } from './oauth/grants/grant.ts'
import { hybrid, hybridWithRefreshToken } from './oauth/grants/hybrid.ts'
import { jwtBearer } from './oauth/grants/jwt-bearer.ts'
import { refreshToken } from './oauth/grants/refresh-token.ts'
import { samlAssertion } from './oauth/grants/saml-assertion.ts'
import { saml2Bearer } from './oauth/grants/saml2-bearer.ts'
import { tokenExchange } from './oauth/grants/token-exchange.ts'
import { usernamePassword } from './oauth/grants/username-password.ts'
import { headless } from './oauth/headless.ts'
import { introspectEndpoint } from './oauth/introspect.ts'
import { vouchedSessions } from './oauth/let-in.ts'
import { sparingOfRows } from './oauth/login-rate.ts'
import { nextToEnd } from './oauth/next-to-end.ts'
import { providerLogout } from './oauth/provider-logout.ts'
import { providerSignIn } from './oauth/provider-sign-in.ts'
import { pushEndpoint } from './oauth/push.ts'
import { answerWithin, readPushedRequests } from './oauth/read-pushed-request.ts'
import { registerEndpoint } from './oauth/register.ts'
import { code } from './oauth/response-types/code.ts'
import { codeCredentials } from './oauth/response-types/code-credentials.ts'
import { hybridUserAgent, userAgent, userAgentWithIdToken } from './oauth/response-types/user-agent.ts'
import { revokeEndpoint } from './oauth/revoke.ts'
import { samlLogout } from './oauth/saml-logout.ts'
import { samlSignIn } from './oauth/saml-sign-in.ts'
import { samlSignOn } from './oauth/saml-sign-on.ts'
import { whoIsThere } from './oauth/signed-in.ts'
import { soapLogin } from './oauth/soap-login.ts'
import { tokenEndpoint } from './oauth/token.ts'
import { userOfApp } from './oauth/user-of-app.ts'
import { vouchedUser } from './oauth/vouched-user.ts'
import type { ServerOptions } from './options.ts'
import { addresses as addressesOf } from './orgs/address.ts'
import { recordIds } from './record-id.ts'
import { apiUsage } from './rest/api-usage.ts'
import { askJitHandler } from './saml/jit-handlers.ts'
import { provisionedUser } from './saml/provisioned-user.ts'
import { browserRecipientsOf, recipientsOf } from './saml/sso-endpoint.ts'
import type { Seal } from './seal.ts'
import { checkCredentials as credentialsBy } from './sessions/credentials.ts'
import { openSession } from './sessions/open-session.ts'
import { checkPageUser } from './sessions/page-user.ts'
import { relaxesSignIn } from './sessions/relaxed-sign-in.ts'
import { signIn } from './sessions/sign-in.ts'
import { canVerify } from './sessions/verify-identity.ts'
import { housekeeping } from './stores/housekeeping.ts'
import type { Stores } from './stores/stores.ts'
import { checkBearer, findAccessToken as findAccessTokenIn } from './tokens/bearer.ts'
import { shownTokens } from './tokens/delete-token.ts'
import { dpop } from './tokens/dpop.ts'
import { proofAlgorithms } from './tokens/dpop-proof.ts'
import { idTokens } from './tokens/id-token.ts'
import { issueTokens } from './tokens/issue.ts'
import { jwtAccessTokenReader } from './tokens/jwt-access-token.ts'
import { type KeyRing, keyRing } from './tokens/key-ring.ts'
import { loginHoursOf } from './users/login-hours.ts'
import { passwords as passwordsAt } from './users/password.ts'
import { oauthRefusal } from './web/answer.ts'
import { readBearer } from './web/bearer.ts'
import { bearerRefusal } from './web/bearer-refusal.ts'
import { readBrowser } from './web/browser.ts'
import { cookiesAt } from './web/cookies.ts'
import { crossOrigin } from './web/cross-origin.ts'
import {
  providerCallbackAnswer,
  providerLinkAnswer,
  providerLinkPage,
  providerOfOrgAnswer,
  providerStartAnswer,
} from './web/endpoints/auth-provider.ts'
import { authorizeAnswer } from './web/endpoints/authorize.ts'
import { consentAnswer, consentPage } from './web/endpoints/consent.ts'
import { consentQuestion } from './web/endpoints/consent-question.ts'
import { deviceAnswer, deviceDoneAnswer, devicePage } from './web/endpoints/device.ts'
import { frontdoorAnswer, singleAccessAnswer } from './web/endpoints/frontdoor.ts'
import { hostAnswer, liveAnswer, readyAnswer } from './web/endpoints/health.ts'
import { identityAnswer, identityRefusal, userinfoAnswer } from './web/endpoints/identity.ts'
import { endSessionAnswer, logoutAnswer, switchUserAnswer } from './web/endpoints/logout.ts'
import { authConfigurationAnswer, discoveryAnswer, keysAnswer } from './web/endpoints/metadata.ts'
import { type MetricsNeeds, metricsAnswer } from './web/endpoints/metrics.ts'
import {
  authorizeRefusal,
  echoAnswer,
  errorPage,
  frontPage,
  missingAnswer,
  successAnswer,
} from './web/endpoints/pages.ts'
import { providerLogoutAnswer } from './web/endpoints/provider-logout.ts'
import { registerAnswer, registrationAnswer } from './web/endpoints/register.ts'
import { samlLoginAnswer, samlLogoutAnswer, samlMetadataAnswer, samlRequestAnswer } from './web/endpoints/saml.ts'
import { samlStartAnswer } from './web/endpoints/saml-sign-in.ts'
import { signInAnswer, signInPage } from './web/endpoints/sign-in.ts'
import { soapAnswer, soapRefusal } from './web/endpoints/soap.ts'
import { introspectAnswer, pushAnswer, revokeAnswer, tokenAnswer } from './web/endpoints/token.ts'
import { verificationAnswer, verificationPage } from './web/endpoints/verification.ts'
import { fromProgram, type Incoming } from './web/incoming.ts'
import { lazily } from './web/lazily.ts'
import { overHttps } from './web/over-https.ts'
import { stylesheetAnswer, submitScriptAnswer } from './web/page-answer.ts'
import { type Reply, toResponse } from './web/reply.ts'
import { routes } from './web/routes.ts'
import { type Answer, type Endpoint, receive } from './web/visit.ts'

/** What the server stands on. */
export interface Foundation {
  readonly options: ServerOptions
  readonly stores: Stores
  readonly seal: Seal
  readonly now: Clock
  /** Is told of what must never happen. Nothing secret is in it. */
  readonly onError: (error: unknown, where: string) => void
  /** Are told what goes on. */
  readonly meters?: readonly Meter[]
  /** What `/metrics` gives to whoever shows the token; without, there is no such page. */
  readonly metrics?: MetricsNeeds
}

/** A server, ready to answer. */
export interface Sallyport {
  /** Answers a request that a socket brought. Never rejects. */
  answer(request: Incoming): Promise<Reply>
  /** Answers a request of a program that holds the server inside. @param from where it counts as coming from */
  fetch(request: Request, from?: string): Promise<Response>
  /** Says at `/health/ready` that the server wants nothing new. It goes on answering. */
  drain(): void
  /** Ends what runs beside the requests. The stores stay open. */
  stop(): void
}

/** Wires everything into one fetch handler. The only place that knows everyone. */
export async function sallyport({
  options,
  stores,
  seal,
  now,
  meters: all = [],
  metrics,
  ...told
}: Foundation): Promise<Sallyport> {
  const meter = meters(...all)
  const onError: Foundation['onError'] = (error, where) => {
    meter.failed()
    told.onError(error, where)
  }
  const { posture, showsCauses } = options
  const { orgs, users, profiles, permissionSets, apps, approvals, sessions, verifications, journal, loginHistory } =
    stores
  const report = (error: unknown) => onError(error, 'a write that nobody waited for')
  const addresses = addressesOf(options.mainUrl, options.aliases, orgs)
  const passwords = passwordsAt(options.passwordCost)
  await ensureSigningKey(stores.signingKeys, seal, now)

  const keys = openedKeys(stores, seal, now)
  const issuers = async () => (await orgs.list()).flatMap((org) => addresses.basesOf(org))
  const tokensOfId = idTokens({ keys, issuers })
  const audiencesOfClients = ({ site }: { readonly site: { readonly base: string; readonly loginBase: string } }) => [
    site.base,
    site.loginBase,
  ]
  const authenticateClient = clientAuthentication({
    apps,
    assertions: stores.assertions,
    audiences: audiencesOfClients,
    rules: posture,
    now,
  })
  const handlers = handlersFrom(options.handlers, now)
  const appHandlers = appHandlersOf({ handlers, users })
  const customClaims = customClaimsOf({
    profiles,
    customPermissions: stores.customPermissions,
    apps,
    appHandlers,
    onError: (error) => onError(error, 'a connected app handler'),
  })
  const appAccess = appAccessBy({ apps, approvals, permissionSets, appHandlers, now })
  const partner = partnerRules({ apps, orgs, now })
  const askAgain = userOfApp({ users, orgs, profiles, appAccess, partnerRules: partner, now })
  const deviceAccess = deviceAppAccess({ apps, approvals, permissionSets, appHandlers, now })
  const askForDevice = userOfApp({ users, orgs, profiles, appAccess: deviceAccess, partnerRules: partner, now })
  const deviceNeeds = { deviceCodes: stores.deviceCodes, apps, users, userOfApp: askForDevice, rules: posture, now }
  const issue = issueTokens({
    store: stores.issue,
    profiles,
    addresses,
    idTokens: tokensOfId,
    sessionCookieName: (base) => cookiesAt(base).session,
    customClaims,
    keys,
    seal,
    answersExpiresIn: posture.answersExpiresIn,
    now,
  })
  const { accessTokens, refreshTokens } = stores
  const findAccessToken = findAccessTokenIn({ accessTokens, readJwtAccessToken: jwtAccessTokenReader(keys) })
  const exchange = offer(
    tokenExchange({
      ...stores,
      handlers,
      passwords,
      newId: recordIds(now),
      addresses,
      userOfApp: askAgain,
      now,
    }),
  )
  const asset = assetToken({
    customClaims,
    findAccessToken,
    authenticateClient,
    apps,
    certificates: stores.certificates,
    assertions: stores.assertions,
    orgs,
    addresses,
    userOfApp: askAgain,
    seal,
    clockSkew: posture.clockSkew,
    now,
  })
  const ofAssertions = {
    apps,
    appAccess,
    users,
    profiles,
    permissionSets,
    orgs,
    approvals,
    addresses,
    acceptsSalesforceHosts: posture.acceptsSalesforceHosts,
    rules: posture,
    now,
  }
  const pageUser = checkPageUser({ profiles, permissionSets })
  const checkCredentials = credentialsBy({ users, orgs, profiles, checkPageUser: pageUser, passwords, now })
  const codeExchange = offer(
    authorizationCode({
      codes: stores.codes,
      apps,
      userOfApp: askAgain,
      codeLifetime: posture.codeLifetime,
      rules: posture,
      now,
    }),
  )
  const refresh = offer(
    refreshToken({
      refreshTokens: stores.refreshTokens,
      apps,
      userOfApp: askAgain,
      appHandlers,
      partnerRules: partner,
      rotatesForPublicApps: posture.rotatesForPublicApps,
      now,
    }),
  )
  const grants = [
    exchangeOrAsset({ exchange, asset, apps, findAccessToken, now }),
    offer(jwtBearer(ofAssertions)),
    offer(saml2Bearer(ofAssertions)),
    offer(
      samlAssertion({
        ...ofAssertions,
        vouchedUser: vouchedUser({
          ...ofAssertions,
          samlSsoConfigs: stores.samlSsoConfigs,
          certificates: stores.certificates,
          seal,
          recipientsOf: (org, config) => recipientsOf(org, config, addresses),
          // Users are made for people at browsers, as at Salesforce.
          provisionedUser: undefined,
        }),
      }),
    ),
    ...(posture.offersPasswordFlow
      ? [offer(usernamePassword({ checkCredentials, apps, appAccess, users, permissionSets, now }))]
      : []),
    offer(clientCredentials({ apps, orgs, permissionSets, addresses, userOfApp: askAgain, now })),
    offer(device(deviceNeeds)),
    offer(deviceCode(deviceNeeds)),
    codeExchange,
    refresh,
    hybridWithRefreshToken(codeExchange, 'hybrid_auth_code', 'OauthHybridWebServer', pageUser),
    hybridWithRefreshToken(refresh, 'hybrid_refresh', 'OauthHybridRefreshToken', pageUser),
    hybrid(exchange, hybridExchangeGrantType, 'OauthHybridTokenExchange', pageUser),
  ]
  const isWorthARow = sparingOfRows()
  const labelOf = async (appId: string) => (await apps.find(appId))?.label ?? 'Unknown'
  const possession = dpop({ proofs: stores.assertions, seal, rules: posture, now })
  const noteFailedLogin = failedLogins({ loginHistory, labelOf, isWorthARow, now })
  const token = tokenEndpoint({
    dpop: possession,
    grants,
    authenticateClient,
    issueTokens: issue,
    noteFailedLogin,
    onError: report,
  })
  const bySoap = soapLogin({
    isOffered: posture.offersSoapLogin,
    checkCredentials,
    app: () => soapLoginApp({ apps, orgs, seal, newId: recordIds(now), now }),
    appAccess,
    users,
    permissionSets,
    issueTokens: issue,
    loginHistory,
    isWorthARow,
    onError: report,
    now,
  })
  const requestDevice = deviceRequest({ ...deviceNeeds, authenticateClient })
  const tokensOfObject = shownTokens(seal)
  const revoke = revokeEndpoint({
    findAccessToken,
    accessTokens,
    refreshTokens,
    approvals,
    shownTokens: tokensOfObject,
    authenticateClient,
    rules: posture,
    now,
  })
  const introspect = introspectEndpoint({
    findAccessToken,
    refreshTokens,
    apps,
    registrations: stores.registrations,
    users,
    orgs,
    authenticateClient,
    now,
  })

  const responseTypes = [
    code({ codes: stores.codes, now }),
    ...(posture.offersUserAgentFlow
      ? [
          userAgent({ issueTokens: issue }),
          userAgentWithIdToken({ issueTokens: issue }),
          hybridUserAgent({ issueTokens: issue }),
        ]
      : []),
    ...(posture.offersHeadlessLogin ? [codeCredentials({ codes: stores.codes, now })] : []),
  ]
  const { pushed } = stores
  const { pushedRequests, returnsEarlyRefusals } = posture
  const register = registerEndpoint({
    apps,
    registrations: stores.registrations,
    customScopes: stores.customScopes,
    certificates: stores.certificates,
    orgs,
    users,
    profiles,
    permissionSets,
    seal,
    newId: recordIds(now),
    offered: {
      grantTypes: grants.map(({ type }) => type),
      responseTypes: responseTypes.map(({ type }) => type),
      keys: posture.registersKeys,
    },
    registrationLimit: posture.registrationLimit,
    now,
  })
  const readPlainRequest = readAuthorizeRequest({ apps, responseTypes, rules: posture })
  const readRequest = readPushedRequests({
    readRequest: readPlainRequest,
    pushed,
    policy: pushedRequests,
    returnsEarlyRefusals,
    now,
  })
  const push = pushEndpoint({ readRequest: readPlainRequest, authenticateClient, pushed, dpop: possession, now })
  const admit = admission({
    appAccess,
    partnerRules: partner,
    canVerify: async (userId) => canVerify(await verifications.find(userId), now()),
    now,
  })
  const decide = authorize({
    admit,
    headless: headless({
      checkCredentials,
      admit,
      apps,
      users,
      permissionSets,
      approvals,
      noteFailedLogin,
      onError: report,
      now,
    }),
    users,
    orgs,
    profiles,
    approvals,
    sessions,
    idTokens: tokensOfId,
    pushedRequests: pushed,
    noteFailedLogin,
    answersIssuer: posture.answersIssuer,
    now,
  })
  const loginHours = loginHoursOf({ profiles, now })
  const browserOf = readBrowser({
    sessions,
    users,
    orgs,
    loginHours,
    checkPageUser: pageUser,
    onError: report,
    now,
  })
  const bearerOf = readBearer({
    checkBearer: checkBearer({ findAccessToken, accessTokens, dpop: possession, now, onError: report }),
    dpop: possession,
    users,
    orgs,
    apiAccess: apiAccessOfToken({ apps, profiles, permissionSets }),
    loginHours,
    refusesTokenInQuery: posture.refusesTokenInQuery,
  })
  const isRelaxed = relaxesSignIn({ apps, verifications, now })
  const opening = openSession(sessions)
  const signing = signIn({
    checkCredentials,
    users,
    permissionSets,
    isRelaxed,
    openSession: opening,
    loginHistory,
    onError: report,
    now,
  })
  const { authProviders, accountLinks } = stores
  const acceptsPlain = posture.acceptsPlainProviders
  const vouched = vouchedSessions({
    ...stores,
    checkPageUser: pageUser,
    isRelaxed,
    openSession: opening,
    onError: report,
    now,
  })
  const byProvider = providerSignIn({
    ...stores,
    sessions: vouched,
    askProvider: providerClient({ seal, verifyJwt: jwtVerifier({ now, acceptsPlain }), rules: posture }),
    userOfPerson: userOfPerson({ accountLinks, users, now }),
    seal,
    now,
  })
  const jitHandler = askJitHandler({ ...stores, handlers })
  const provisioned = provisionedUser({ ...stores, askJitHandler: jitHandler, newId: recordIds(now), now })
  const bySaml = samlSignIn({
    ...stores,
    provisionedUser: provisioned,
    vouchedUser: vouchedUser({
      ...stores,
      seal,
      recipientsOf: (org, config) => browserRecipientsOf(org, config, addresses),
      provisionedUser: provisioned,
      rules: posture,
      now,
    }),
    sessions: vouched,
    addresses,
    seal,
    rules: posture,
    now,
  })
  const ofSaml = { ...stores, addresses, seal, rules: posture, whoIsThere: whoIsThere({ users, orgs, profiles }), now }
  const signOn = samlSignOn({ ...ofSaml, appHandlers })
  const ofProviders = providerLogout(ofSaml)
  const logout = samlLogout({ ...ofSaml, providerLogout: ofProviders })
  const { verificationHistory } = stores
  const question = consentQuestion({
    orgs,
    apps,
    registrations: stores.registrations,
    customScopes: stores.customScopes,
    nextToEnd: nextToEnd({ refreshTokens, now }),
  })
  const pages = {
    signIn: signing,
    readBrowser: browserOf,
    sessions,
    readRequest,
    authorize: decide,
    orgs,
    question,
    authProviders,
    samlSsoConfigs: stores.samlSsoConfigs,
    samlSignIn: bySaml,
    demoUsers: options.demoUsers,
  }
  const consent = deviceConsent({ ...deviceNeeds, approvals, whoIsThere: whoIsThere({ users, orgs, profiles }) })
  const providing = {
    signIn: byProvider,
    readBrowser: browserOf,
    readRequest,
    whoIsThere: whoIsThere({ users, orgs, profiles }),
    sessions,
    authProviders,
    samlSsoConfigs: stores.samlSsoConfigs,
  }
  const connecting = { consent, readBrowser: browserOf, question }
  const verifying = {
    ...pages,
    users,
    profiles,
    verifications,
    verificationHistory,
    loginHistory,
    passwords,
    seal,
    now,
  }
  const { updatedAtIsNumber } = posture
  const whose = { users, profiles, permissionSets, apps, customClaims, addresses }
  const bridging = {
    frontdoor: frontdoor({ ...stores, passes: stores.frontdoorPasses, checkPageUser: pageUser, addresses, now }),
    readBearer: bearerOf,
    readBrowser: browserOf,
    sessions,
    refusesTokenInQuery: posture.refusesTokenInQuery,
  }
  const identity = { readBearer: bearerOf, ...whose, updatedAtIsNumber, now }
  const leaving = {
    readBrowser: browserOf,
    sessions,
    idTokens: tokensOfId,
    apps,
    users,
    orgs,
    samlLogout: logout,
    providerLogout: ofProviders,
  }
  const restNeeds = {
    readBearer: bearerOf,
    shownTokens: tokensOfObject,
    profiles,
    permissionSets,
    objects: stores.objects,
    records: stores.records,
    cursors: stores.cursors,
    actedBy: stores.actedBy,
    usage: apiUsage({ journal, onError: (error) => onError(error, 'the count of API requests') }),
    now,
  }

  const take = receive({ addresses, journal, trustedProxies: options.trustedProxies, showsCauses, meter, onError, now })
  const { walkthrough: shown, mainUrl } = options
  const secure = (answer: Answer) => overHttps(mainUrl, answer)
  const oauth = (endpoint: string, answer: Answer) =>
    take(endpoint, secure(answer), oauthRefusal(posture.usesRfcStatuses))
  const page = (endpoint: Endpoint, answer: Answer) => take(endpoint, answer, authorizeRefusal(showsCauses))
  const sso = (answer: Answer) => page('idp', answer)
  const person = (endpoint: string, answer: Answer) =>
    take(endpoint, secure(answer), identityRefusal(posture.usesRfcStatuses))
  const rest = (resource: 'versions' | 'data') =>
    lazily(async () => {
      const { restApi, restRefusal } = await import('./web/endpoints/rest.ts')
      return take('rest', restApi(restNeeds)[resource], restRefusal)
    })
  const missing = page(undefined, missingAnswer)
  const hasWalkthrough = shown !== undefined
  const walkNeeds = {
    mainUrl,
    addresses,
    orgs,
    apps,
    users,
    journal,
    page: (answer: Answer) => page(undefined, answer),
    missing,
  }
  const setupNeeds = {
    seal,
    passwords,
    addresses,
    newId: recordIds(now),
    samlRules: posture,
    askJitHandler: jitHandler,
    providerRules: posture,
    signingKeyPeriod: options.signingKeyPeriod,
    ask,
    readBrowser: browserOf,
    hasWalkthrough,
    stores,
    actedBy: stores.actedBy,
    now,
  }
  const keepFor = {
    codes: Math.max(3600, posture.codeLifetime * 2),
    pushedRequests: answerWithin * 4,
    journal: options.journalLifetime,
    loginHistory: options.loginHistoryLifetime,
  }
  const keeping = housekeeping(stores, keepFor, now, report)
  const rotation = keyRotation(
    { ...stores, seal, now },
    options.signingKeyPeriod,
    await stores.signingKeys.list(),
    report,
  )
  meter.watch('signing_key_age_seconds', 'For how long the key that signs tokens has done so.', rotation.age)
  meter.watch('expiry_lag_seconds', 'Seconds for which more had expired than was deleted.', keeping.lag)
  meter.watch('clock_ahead_seconds', 'By how much the clock is ahead of the database’s.', keeping.clockAhead)
  meter.watch('database_connections', 'Connections to the database that are open.', () => stores.load().connections)
  meter.watch('database_connections_limit', 'Connections to the database that may be open.', () => {
    return stores.load().mostConnections
  })
  meter.watch('database_writes_waiting', 'Writes that are not committed yet.', () => stores.load().writes)
  meter.watch(
    'database_longest_write_seconds',
    'For how long the oldest of them has waited.',
    () => stores.load().longestWrite / 1000,
  )
  meter.watch('database_waiting', 'Statements that the database has not answered yet.', () => stores.load().waiting)
  meter.watch(
    'database_longest_wait_seconds',
    'Since when the slowest connection has answered nothing.',
    () => stores.load().longestWait / 1000,
  )
  meter.watch('database_refuses_writes', 'Whether the database took nothing lately: 1, else 0.', () =>
    Number(!stores.isWriting()),
  )
  meter.watch('database_replica_in_use', 'Whether tokens are looked up in the replica: 1 or 0.', () =>
    Number(stores.load().replica?.isInUse ?? false),
  )
  meter.watch(
    'database_replica_lag_seconds',
    'How long ago the replica is known to have had all that had been committed.',
    () => (stores.load().replica?.lag ?? 0) / 1000,
  )
  meter.watch('passwords_running', 'Passwords that are being hashed or verified.', () => passwords.load().running)
  meter.watch('passwords_waiting', 'Passwords that wait to be.', () => passwords.load().waiting)
  let isDraining = false
  const others = posture.allowsOtherOrigins ? 'all' : { listedBy: addresses }
  const shared = (endpoint: ReturnType<typeof take>) => crossOrigin(endpoint, others)
  const app = routes({
    front: page(
      'sign-in',
      frontPage({
        readBrowser: browserOf,
        users,
        orgs,
        profiles,
        permissionSets,
        signInPage: signInPage(pages),
        hasWalkthrough,
      }),
    ),
    signIn: page('sign-in', signInAnswer(pages)),
    verification: page(undefined, verificationPage(verifying)),
    verify: page('sign-in', verificationAnswer(verifying)),
    providerSignIn: page('sign-in', providerStartAnswer('sso', providing)),
    providerTest: page('sign-in', providerStartAnswer('test', providing)),
    providerLink: page(undefined, providerLinkPage(providing)),
    linkProvider: page('sign-in', providerLinkAnswer(providing)),
    providerSignInOfOrg: page('sign-in', providerOfOrgAnswer('sso', { orgs, addresses })),
    providerTestOfOrg: page('sign-in', providerOfOrgAnswer('test', { orgs, addresses })),
    providerLinkOfOrg: page('sign-in', providerOfOrgAnswer('link', { orgs, addresses })),
    providerCallback: page('sign-in', providerCallbackAnswer(providing)),
    authorize: page('authorize', secure(authorizeAnswer(pages))),
    consent: page('consent', consentPage(pages)),
    decide: page('consent', consentAnswer(pages)),
    refusedAuthorization: page(undefined, errorPage(journal, showsCauses)),
    success: page(undefined, successAnswer),
    echo: page(undefined, echoAnswer),
    singleAccess: shared(take('singleaccess', secure(singleAccessAnswer(bridging)), bearerRefusal)),
    frontdoor: page('frontdoor', frontdoorAnswer(bridging)),
    device: page(undefined, devicePage(connecting)),
    answerDevice: page('device', deviceAnswer(connecting)),
    deviceDone: page(undefined, deviceDoneAnswer),
    token: shared(oauth('token', tokenAnswer(token, requestDevice, possession, posture))),
    push: pushedRequests === 'off' ? missing : shared(oauth('par', pushAnswer(push, possession, posture))),
    revoke: shared(oauth('revoke', revokeAnswer(revoke, posture))),
    register: oauth('register', registerAnswer(register)),
    registration: oauth('register', registrationAnswer(register)),
    introspect: shared(oauth('introspect', introspectAnswer(introspect, posture))),
    userinfo: shared(person('userinfo', userinfoAnswer(identity))),
    identity: person('identity', identityAnswer(identity)),
    discovery: page(
      undefined,
      discoveryAnswer({
        customScopes: stores.customScopes,
        sendsIssuer: posture.answersIssuer,
        answersDevicesInFull: posture.answersDevicesInFull,
        pushedRequests,
        proofAlgorithms: posture.acceptsDpop ? proofAlgorithms : [],
        responseTypes: responseTypes.map(({ type }) => type),
        grantTypes: grants.map(({ type }) => type),
        now,
      }),
    ),
    keys: page(undefined, keysAnswer({ ...stores, addresses })),
    authConfiguration: page(undefined, authConfigurationAnswer(stores)),
    samlStart: page('sign-in', samlStartAnswer({ signIn: bySaml })),
    samlRequest: sso(samlRequestAnswer({ signOn })),
    samlLogin: sso(samlLoginAnswer({ signOn, readBrowser: browserOf })),
    samlLogout: sso(samlLogoutAnswer({ logout, readBrowser: browserOf })),
    providerLogout: page('logout', providerLogoutAnswer(leaving)),
    samlMetadata: page(undefined, samlMetadataAnswer('org', { ...ofSaml, missing: missingAnswer })),
    samlAppMetadata: page(undefined, samlMetadataAnswer('app', { ...ofSaml, missing: missingAnswer })),
    logout: page('logout', logoutAnswer(leaving)),
    switchUser: page('logout', switchUserAnswer(leaving)),
    endSession: page('logout', endSessionAnswer(leaving)),
    versions: shared(rest('versions')),
    data: shared(rest('data')),
    soap: take('soap', soapAnswer({ readBearer: bearerOf, accessTokens, login: bySoap, now }), soapRefusal),
    setup: lazily(async () => (await import('./web/setup/setup.ts')).setup({ ...setupNeeds, take, missing })),
    walkthrough:
      shown === undefined
        ? missing
        : lazily(async () => {
            const { walkthrough } = await import('./web/walkthrough/walkthrough.ts')
            return walkthrough({ ...walkNeeds, offer: shown })
          }),
    stylesheet: page(undefined, stylesheetAnswer),
    submitScript: page(undefined, submitScriptAnswer),
    live: page(undefined, liveAnswer),
    ready: page(
      undefined,
      readyAnswer({
        orgs,
        expiryLag: keeping.lag,
        isWriting: stores.isWriting,
        isDraining: () => isDraining,
        load: stores.load,
      }),
    ),
    host: page(undefined, hostAnswer(addresses)),
    metrics: metrics === undefined ? missing : page(undefined, metricsAnswer(metrics)),
    missing,
  })
  return {
    answer: app.answer,
    fetch: ask,
    drain() {
      isDraining = true
    },
    stop() {
      keeping.stop()
      rotation.stop()
      handlers.stop()
    },
  }

  async function ask(request: Request, from?: string): Promise<Response> {
    return toResponse(await app.answer(fromProgram(request, from)), request.method)
  }
}

/** The server's keys, opened once for each time they change, or another one's turn to sign comes. */
function openedKeys({ signingKeys }: Stores, seal: Seal, now: Clock): () => Promise<KeyRing> {
  let opened: { readonly keys: readonly SigningKey[]; readonly signing: SigningKey; readonly ring: KeyRing } | undefined
  return async () => {
    const keys = await signingKeys.list()
    const signing = signingKeyAt(keys, now())
    if (signing === undefined) throw new Error('There is no signing key to issue tokens with.')
    if (opened?.keys !== keys || opened.signing !== signing) {
      opened = { keys, signing, ring: keyRing(keys, signing, seal) }
    }
    return opened.ring
  }
}
