import type { OrgCertificate } from '../../../certificates/certificate.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { shellWord } from '../../../oauth/explanations/mending.ts'
import type { User } from '../../../users/user.ts'
import { jwtBearerGrant } from './guide.tsx'

/** Whom code is written for. */
export interface SampleSettings {
  /** Where tokens are asked for; also the audience. */
  readonly base: string
  readonly app: Pick<ConnectedApp, 'consumerKey' | 'fullName'>
  readonly user: Pick<User, 'username'>
  readonly certificate: Pick<OrgCertificate, 'name'>
}

/** The file that the private key is in. */
export function keyFileOf({ certificate }: Pick<SampleSettings, 'certificate'>): string {
  return `${certificate.name.toLowerCase()}.key`
}

/** The flow by `openssl` and `curl`. */
export function curlSample(settings: SampleSettings): string {
  const { base, app, user } = settings
  const start = JSON.stringify({ iss: app.consumerKey, sub: user.username, aud: base }).replace(/\}$/, ',"exp":')
  return `base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
header=$(printf '{"alg":"RS256"}' | base64url)
claims=$(printf '%s%s}' ${shellWord(start)} $(($(date +%s) + 180)) | base64url)
signature=$(printf '%s.%s' "$header" "$claims" | openssl dgst -sha256 -sign ${shellWord(keyFileOf(settings))} -binary | base64url)
assertion="$header.$claims.$signature"
echo "$assertion"

curl --silent --show-error ${shellWord(`${base}/services/oauth2/token`)} \\
  --data-urlencode grant_type=${jwtBearerGrant} \\
  --data-urlencode "assertion=$assertion"`
}

/** The flow by `@sallyport/client`. */
export function typescriptSample(settings: SampleSettings): string {
  const { base, app, user } = settings
  return `import { readFile } from 'node:fs/promises'
import { jwtBearer, memoryTokenStore, salesforceApi, signerFromKey, tokenCache } from '@sallyport/client'

const username = ${JSON.stringify(user.username)}
const consumerKey = ${JSON.stringify(app.consumerKey)}
const loginHost = ${JSON.stringify(base)}
const signer = signerFromKey(await readFile(${JSON.stringify(keyFileOf(settings))}, 'utf8'))

const cache = tokenCache({ store: memoryTokenStore() })
const source = cache.source(username, () =>
  jwtBearer({ consumerKey, username, signer, loginHost, audience: loginHost }),
)
const answer = await salesforceApi(source).send({ method: 'GET', path: '/services/data/v62.0/limits' })
console.log(answer.status)`
}

/** The flow in Apex: by the classes of \`Auth\`, or by a named credential. */
export function apexSample({ base, app, user, certificate }: SampleSettings): string {
  return `Auth.JWT jwt = new Auth.JWT();
jwt.setIss(${apexText(app.consumerKey)});
jwt.setSub(${apexText(user.username)});
jwt.setAud(${apexText(base)});

// The certificate of this name is in Certificate and Key Management of the org that runs this code.
Auth.JWS jws = new Auth.JWS(jwt, ${apexText(certificate.name)});
Auth.JWTBearerTokenExchange exchange =
    new Auth.JWTBearerTokenExchange(${apexText(`${base}/services/oauth2/token`)}, jws);
String accessToken = exchange.getAccessToken();`
}

/** A callout by a named credential, which signs in by itself. */
export function namedCredentialSample({ app }: SampleSettings): string {
  return `HttpRequest request = new HttpRequest();
request.setEndpoint(${apexText(`callout:${app.fullName}/services/data/v62.0/limits`)});
request.setMethod('GET');
HttpResponse response = new Http().send(request);`
}

/** The flow in Python. */
export function pythonSample(settings: SampleSettings): string {
  const { base, app, user } = settings
  return `import time

import jwt  # pip install pyjwt[crypto] requests simple-salesforce
import requests
from simple_salesforce import Salesforce

base = ${JSON.stringify(base)}
with open(${JSON.stringify(keyFileOf(settings))}) as file:
    key = file.read()
claims = {
    "iss": ${JSON.stringify(app.consumerKey)},
    "sub": ${JSON.stringify(user.username)},
    "aud": base,
    "exp": int(time.time()) + 180,
}
answer = requests.post(
    f"{base}/services/oauth2/token",
    data={
        "grant_type": "${jwtBearerGrant}",
        "assertion": jwt.encode(claims, key, algorithm="RS256"),
    },
    timeout=30,
)
answer.raise_for_status()
token = answer.json()
salesforce = Salesforce(instance_url=token["instance_url"], session_id=token["access_token"])
print(salesforce.limits())`
}

function apexText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
