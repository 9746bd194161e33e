import { describe, expect, it } from 'vitest'
import { authConfiguration, openidConfiguration } from './discovery.ts'

const offered = {
  answersDevicesInFull: false,
  pushedRequests: 'off' as const,
  proofAlgorithms: [],
  responseTypes: ['code'],
  grantTypes: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ],
}

describe('openidConfiguration', () => {
  it('names the endpoints of the host it was asked at, and what works there', () => {
    expect(
      openidConfiguration('https://mycompany.my.salesforce.com', [], {
        ...offered,
        announcesPkce: true,
        sendsIssuer: false,
      }),
    ).toEqual({
      issuer: 'https://mycompany.my.salesforce.com',
      authorization_endpoint: 'https://mycompany.my.salesforce.com/services/oauth2/authorize',
      token_endpoint: 'https://mycompany.my.salesforce.com/services/oauth2/token',
      revocation_endpoint: 'https://mycompany.my.salesforce.com/services/oauth2/revoke',
      registration_endpoint: 'https://mycompany.my.salesforce.com/services/oauth2/register',
      userinfo_endpoint: 'https://mycompany.my.salesforce.com/services/oauth2/userinfo',
      jwks_uri: 'https://mycompany.my.salesforce.com/id/keys',
      introspection_endpoint: 'https://mycompany.my.salesforce.com/services/oauth2/introspect',
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
      end_session_endpoint: 'https://mycompany.my.salesforce.com/services/auth/idp/oidc/logout',
      scopes_supported: expect.arrayContaining([
        'id',
        'api',
        'openid',
        'profile',
        'refresh_token',
        'offline_access',
        'full',
      ]),
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      grant_types_supported: [
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      display_values_supported: ['page', 'popup', 'touch'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      claims_supported: [
        'active',
        'address',
        'email',
        'email_verified',
        'family_name',
        'given_name',
        'is_app_installed',
        'language',
        'locale',
        'name',
        'nickname',
        'organization_id',
        'phone_number',
        'phone_number_verified',
        'photos',
        'picture',
        'preferred_username',
        'profile',
        'sub',
        'updated_at',
        'urls',
        'user_id',
        'user_type',
        'zoneinfo',
      ],
      request_uri_parameter_supported: false,
    })
  })

  it('names where devices ask only where they are answered so that any client can use it', () => {
    const configuration = openidConfiguration('http://localhost:8787', [], {
      ...offered,
      sendsIssuer: false,
      announcesPkce: true,
      answersDevicesInFull: true,
    })
    expect(configuration.device_authorization_endpoint).toBe(
      'http://localhost:8787/services/oauth2/token?response_type=device_code',
    )
  })

  it('says that answers carry their issuer only where they do', () => {
    expect(
      openidConfiguration('http://localhost:8787', [], { ...offered, announcesPkce: true, sendsIssuer: true }),
    ).toMatchObject({
      authorization_response_iss_parameter_supported: true,
    })
  })
})

describe('authConfiguration', () => {
  it('has the fields of the recorded answer of a My Domain', () => {
    expect(authConfiguration('https://mycompany.my.salesforce.com', { id: '00D2o000000i6mBEAQ' }, [], [])).toEqual({
      OrgId: '00D2o000000i6mB',
      Url: 'https://mycompany.my.salesforce.com',
      MobileSDK: {
        UseiOSNativeBrowserForAuthentication: false,
        UseAndroidNativeBrowserForAuthentication: false,
        shareBrowserSessionIOS: false,
        shareBrowserSessionAndroid: false,
      },
      LoginPage: null,
      SamlProviders: [],
      AuthProviders: [],
      CertificateLogin: null,
      LoginPageType: 'standard',
      LoginPageTypeConfigs: {},
    })
  })

  it('belongs to no org on the login host', () => {
    expect(authConfiguration('http://localhost:8787', undefined, [], [])).toMatchObject({
      OrgId: null,
      Url: 'http://localhost:8787',
    })
  })
})
