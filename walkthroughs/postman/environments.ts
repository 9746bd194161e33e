/** What each environment sets: which server, which apps, and who. */
const names = {
  loginUrl: 'default',
  audience: 'default',
  callbackUrl: 'default',
  webConsumerKey: 'default',
  webConsumerSecret: 'secret',
  username: 'default',
  password: 'secret',
  jwtConsumerKey: 'default',
  jwtUsername: 'default',
  privateKey: 'secret',
  initialAccessToken: 'secret',
  exchangeConsumerKey: 'default',
  exchangeConsumerSecret: 'secret',
  subjectToken: 'secret',
  subjectTokenType: 'default',
  assetAccessToken: 'secret',
  myDomainUrl: 'default',
  clientConsumerKey: 'default',
  clientConsumerSecret: 'secret',
  clientPrivateKey: 'secret',
  samlTokenUrl: 'default',
  samlIssuer: 'default',
  samlEntityId: 'default',
  samlSubject: 'default',
  samlPrivateKey: 'secret',
  signInUrl: 'default',
  passwordConsumerKey: 'default',
  passwordConsumerSecret: 'secret',
  securityToken: 'secret',
  agentConsumerKey: 'default',
  headlessConsumerKey: 'default',
  headlessConsumerSecret: 'secret',
  hybridConsumerKey: 'default',
  hybridConsumerSecret: 'secret',
  hybridCode: 'secret',
}

/** An environment; what is not given is there to be filled in. */
export function environment(name: string, values: Readonly<Partial<Record<keyof typeof names, string>>>) {
  const given = new Map(Object.entries(values))
  return {
    name,
    values: Object.entries(names).map(([key, type]) => ({ key, value: given.get(key) ?? '', type, enabled: true })),
    _postman_variable_scope: 'environment',
  }
}

const oauthCallback = 'https://oauth.pstmn.io/v1/callback'

/** The environments beside the collection, by the name of their file. */
export const environments = {
  'sallyport-dev': environment('Sallyport dev', {
    loginUrl: 'http://localhost:8787',
    audience: 'http://localhost:8787',
    callbackUrl: 'http://localhost:8787/services/oauth2/success',
  }),
  production: environment('Salesforce production', {
    loginUrl: 'https://login.salesforce.com',
    audience: 'https://login.salesforce.com',
    callbackUrl: oauthCallback,
  }),
  sandbox: environment('Salesforce sandbox', {
    loginUrl: 'https://test.salesforce.com',
    audience: 'https://test.salesforce.com',
    callbackUrl: oauthCallback,
  }),
  'my-domain': environment('Salesforce My Domain', {
    loginUrl: 'https://YOUR-DOMAIN.my.salesforce.com',
    audience: 'https://YOUR-DOMAIN.my.salesforce.com',
    callbackUrl: oauthCallback,
  }),
}
