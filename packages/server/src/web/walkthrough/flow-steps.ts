/** The flows that one can walk through. */
export type FlowName = 'web-server' | 'jwt-bearer'

/** A step of a flow. */
export type StepName = 'authorize' | 'assertion' | 'token' | 'userinfo' | 'api' | 'refresh'

/** A flow in words. */
export interface FlowWords {
  readonly title: string
  /** What it is for, and what makes it different. */
  readonly about: string
  /** In the order in which they are gone. */
  readonly steps: readonly StepName[]
}

/** The flows, each with its steps. */
export const flows: Readonly<Record<FlowName, FlowWords>> = {
  'web-server': {
    title: 'Web Server Flow',
    about:
      'A person signs in at the authorization server and allows the app to act for them. The app never sees the password: ' +
      'the browser carries a code to it, and the app exchanges that for tokens.',
    steps: ['authorize', 'token', 'userinfo', 'api', 'refresh'],
  },
  'jwt-bearer': {
    title: 'JWT Bearer Flow',
    about:
      'A server acts for a user with nobody at a browser. It signs a statement (a JWT) with its private key; the app in the ' +
      'org knows the certificate, and an admin has said for whom it may be used.',
    steps: ['assertion', 'token', 'userinfo', 'api'],
  },
}

/** The names of the flows. */
export const flowNames: readonly FlowName[] = ['web-server', 'jwt-bearer']

/** A step in words. */
export interface StepWords {
  readonly title: string
  readonly about: string
}

/** What a step is, by flow where they differ. */
export function stepWords(flow: FlowName, step: StepName): StepWords {
  switch (step) {
    case 'authorize':
      return {
        title: 'Ask the person',
        about:
          'The app sends the browser to the authorization server. It signs the person in, asks whether the app may, and ' +
          'sends the browser back to the callback URL with a code.',
      }
    case 'assertion':
      return {
        title: 'Sign the JWT',
        about:
          'Which app (iss), for whom (sub), where (aud), until when (exp), signed with the private key of the certificate ' +
          'that the app has. Nothing is sent yet: this happens in the app, here in this page.',
      }
    case 'token':
      return flow === 'web-server'
        ? {
            title: 'The code for tokens',
            about:
              'The app shows the code, that it is the app (secret), and that it is the one who asked (code_verifier). ' +
              'A code is good for one try.',
          }
        : {
            title: 'The JWT for an access token',
            about:
              'The app posts the signed JWT. There is no secret and no refresh token: whoever can sign asks again.',
          }
    case 'userinfo':
      return { title: 'Who is it?', about: 'With the access token the app asks whom it acts for.' }
    case 'api':
      return {
        title: 'Call the API',
        about: 'The access token opens the REST API of the org, at the instance_url that came with it.',
      }
    case 'refresh':
      return {
        title: 'A new access token',
        about: 'When the access token has ended, the refresh token gets another one, with nobody at the browser.',
      }
  }
}
