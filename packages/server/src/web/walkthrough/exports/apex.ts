import type { HttpRequest } from '../http-text.ts'
import { type Format, pieces, requestTaken, stepsTaken, type Taken } from './taken.ts'

const certificateNote =
  'the Unique Name of the certificate, in Certificate and Key Management of the org that runs this'

/** Apex, by the classes of `Auth` where there is one for it. */
export const apex: Format = {
  name: 'apex',
  title: 'Apex',
  file: (flow) => `${flow}.apex`,
  write: (taken) => {
    const { choices } = taken
    const steps = stepsTaken(taken).filter((step) => step !== 'authorize' || taken.step === 'authorize')
    let requests = 0
    const parts = steps.map((step) => {
      if (step === 'token' && choices.flow === 'jwt-bearer') return jwtClasses(taken)
      requests += 1
      return httpRequest(requestTaken(step, taken), requests === 1 ? '' : String(requests), taken)
    })
    const head =
      choices.flow === 'web-server' && taken.step === 'all'
        ? [
            '// In Apex nobody sits at a browser: a page of yours sends the person to the authorize URL, and its callback begins here.',
          ]
        : []
    return `${[...head, ...parts].join('\n\n')}\n`
  },
}

function jwtClasses({ choices, loginUrl, audience }: Taken): string {
  return `Auth.JWT jwt = new Auth.JWT();
jwt.setIss(${apexText(choices.consumerKey)});
jwt.setSub(${apexText(choices.username)});
jwt.setAud(${apexText(audience)});

// Source_To_Target: ${certificateNote}.
Auth.JWS jws = new Auth.JWS(jwt, 'Source_To_Target');
Auth.JWTBearerTokenExchange exchange =
    new Auth.JWTBearerTokenExchange(${apexText(`${loginUrl}/services/oauth2/token`)}, jws);
String accessToken = exchange.getAccessToken();`
}

function httpRequest(request: HttpRequest | undefined, number: string, { choices, step }: Taken): string {
  if (request === undefined) return '// What stands in this step is no request.'
  const name = `request${number}`
  const hasToken = choices.flow === 'jwt-bearer' && step === 'all'
  const expression = (text: string) => apexExpression(text, hasToken)
  return [
    `HttpRequest ${name} = new HttpRequest();`,
    `${name}.setEndpoint(${expression(request.url)});`,
    `${name}.setMethod(${apexText(request.method)});`,
    ...request.headers.map(([header, value]) => `${name}.setHeader(${apexText(header)}, ${expression(value)});`),
    ...(request.body === '' ? [] : [`${name}.setBody(${expression(request.body)});`]),
    `HttpResponse response${number} = new Http().send(${name});`,
  ].join('\n')
}

/** A text with names in it: what is not written out comes from variables that the code around it has. */
function apexExpression(text: string, hasToken: boolean): string {
  const parts = pieces(hasToken ? text.replace(/Bearer .*$/, 'Bearer {{access_token}}') : text)
    .map((piece, index) => (index % 2 === 0 ? (piece === '' ? undefined : apexText(piece)) : camel(piece)))
    .filter((part) => part !== undefined)
  return parts.length === 0 ? "''" : parts.join(' + ')
}

/** A text as a literal of Apex. */
export function apexText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `'${escaped}'`
}

function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** The metadata of a named credential that signs in by itself, and the callout by it. */
export const namedCredential: Format = {
  name: 'named-credential',
  title: 'Apex with a named credential',
  file: () => 'Target.namedCredential-meta.xml',
  write: ({ choices, loginUrl, audience, values }) => {
    const endpoint = values.instance_url === '' ? loginUrl : values.instance_url
    const tokenEndpoint = `${loginUrl}/services/oauth2/token`
    const members: readonly (readonly [string, string])[] =
      choices.flow === 'jwt-bearer'
        ? [
            ['principalType', 'NamedUser'],
            ['protocol', 'JwtExchange'],
            ['authTokenEndpointUrl', tokenEndpoint],
            ['jwtIssuer', choices.consumerKey],
            ['jwtAudience', JSON.stringify(audience)],
            ['jwtTextSubject', choices.username],
            ['jwtSigningCertificate', 'Source_To_Target'],
            ['jwtValidityPeriodSeconds', '180'],
            ['oauthScope', 'api'],
          ]
        : [
            ['principalType', 'NamedUser'],
            ['protocol', 'Oauth'],
            ['authProvider', 'Target'],
            ['oauthScope', 'api refresh_token'],
          ]
    const note =
      choices.flow === 'jwt-bearer'
        ? `Source_To_Target is ${certificateNote}.`
        : 'Target is an Auth. Provider of the type Salesforce with this app’s Consumer Key and Consumer Secret, and its Callback URL among those of the app.'
    return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${note}
     The callout, with no token in the code:
       HttpRequest request = new HttpRequest();
       request.setEndpoint('callout:Target/services/data/v67.0/sobjects/Account/listviews');
       request.setMethod('GET');
       HttpResponse response = new Http().send(request); -->
<NamedCredential xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>Target</label>
    <endpoint>${xmlText(endpoint)}</endpoint>
${members.map(([name, value]) => `    <${name}>${xmlText(value)}</${name}>`).join('\n')}
</NamedCredential>
`
  },
}

function xmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/(?![\t\n\r])\p{Cc}|\p{Cs}|\p{Cn}/gu, '')
}
