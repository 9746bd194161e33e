import { jwtBearerGrant } from '../flow.ts'
import type { HttpRequest } from '../http-text.ts'
import { environmentName, type Format, formOf, pieces, requestTaken, stepsTaken, type Taken } from './taken.ts'
import { literal } from './typescript.ts'

/** Python by `simple-salesforce`, and what comes along with it. */
export const python: Format = {
  name: 'python',
  title: 'Python (simple-salesforce)',
  file: (flow) => `${flow.replace('-', '_')}.py`,
  write: (taken) => {
    if (taken.step !== 'all') {
      const steps = stepsTaken(taken).map((step) => requestsCall(requestTaken(step, taken)))
      return `import os\n\nimport requests\n\n${steps.join('\n')}\n`
    }
    return `# pip install simple-salesforce\n${taken.choices.flow === 'jwt-bearer' ? jwtProgram(taken) : webProgram(taken)}\n${use(taken)}`
  },
}

function expression(text: string): string {
  const parts = pieces(text)
    .map((piece, index) =>
      index % 2 === 0 ? (piece === '' ? undefined : literal(piece)) : `os.environ["${environmentName(piece)}"]`,
    )
    .filter((part) => part !== undefined)
  return parts.length === 0 ? '""' : parts.join(' + ')
}

function requestsCall(request: HttpRequest | undefined): string {
  if (request === undefined) return '# What stands in this step is no request.'
  const { method, url, headers, body } = request
  const form = formOf(request)
  const shown = form === undefined ? headers : headers.filter(([name]) => name.toLowerCase() !== 'content-type')
  const pairs = (form ?? []).map(([name, value]) => `(${literal(name)}, ${expression(value)})`).join(', ')
  const data = form === undefined ? expression(body) : `[${pairs}]`
  return `answer = requests.request(
    ${literal(method)},
    ${expression(url)},
    headers={${shown.map(([name, value]) => `${literal(name)}: ${expression(value)}`).join(', ')}},
${body === '' ? '' : `    data=${data},\n`}    allow_redirects=False,
)
print(answer.status_code, answer.headers.get("location", ""), answer.text)`
}

function jwtProgram({ choices, loginUrl, audience, privateKey, hasSecrets }: Taken): string {
  const key = hasSecrets ? literal(privateKey) : 'open(os.environ["PRIVATE_KEY_FILE"]).read()'
  return `import os
import time

import jwt  # PyJWT comes along with simple-salesforce
import requests
from simple_salesforce import Salesforce

private_key = ${key}
claims = {
    "iss": ${literal(choices.consumerKey)},
    "sub": ${literal(choices.username)},
    "aud": ${literal(audience)},
    "exp": int(time.time()) + 180,
}
token = requests.post(
    ${literal(`${loginUrl}/services/oauth2/token`)},
    data={
        "grant_type": ${literal(jwtBearerGrant)},
        "assertion": jwt.encode(claims, private_key, algorithm="RS256"),
    },
).json()
`
}

function webProgram({ choices, loginUrl, values, hasSecrets }: Taken): string {
  const secret = hasSecrets ? literal(values.client_secret) : 'os.environ["CLIENT_SECRET"]'
  return `import base64
import hashlib
import os
import secrets
from urllib.parse import parse_qs, urlencode, urlparse

import requests
from simple_salesforce import Salesforce

client = {"client_id": ${literal(choices.consumerKey)}, "redirect_uri": ${literal(choices.callbackUrl)}}
verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
query = {
    "response_type": "code",
    "scope": "api openid refresh_token",
    "state": state,
    "code_challenge": challenge,
    "code_challenge_method": "S256",
}
print("Open this in a browser, sign in and allow:", ${literal(`${loginUrl}/services/oauth2/authorize?`)} + urlencode({**client, **query}))
answer = parse_qs(urlparse(input("Then paste the address that it came back to: ")).query)
if answer.get("state") != [state]:
    raise SystemExit("That is the answer to another request.")
token = requests.post(
    ${literal(`${loginUrl}/services/oauth2/token`)},
    data={
        **client,
        "grant_type": "authorization_code",
        "code": answer["code"][0],
        "code_verifier": verifier,
        "client_secret": ${secret},
    },
).json()
`
}

function use({ loginUrl }: Taken): string {
  const isPlain = loginUrl.startsWith('http://')
  // It takes every instance for https, which a server on one's own machine may not speak.
  const plain = isPlain
    ? 'sf.base_url = sf.base_url.replace("https://", "http://")  # this server speaks plain http\n'
    : ''
  return `if "access_token" not in token:
    raise SystemExit(token)
sf = Salesforce(instance_url=token["instance_url"], session_id=token["access_token"])
${plain}for account in sf.query("SELECT Name FROM Account LIMIT 3")["records"]:
    print(account["Name"])
`
}
