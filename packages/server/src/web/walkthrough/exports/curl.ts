import { jwtBearerGrant } from '../flow.ts'
import type { HttpRequest } from '../http-text.ts'
import { environmentName, type Format, formOf, pieces, requestTaken, stepsTaken, type Taken } from './taken.ts'

/** Commands for a POSIX shell. */
export const curl: Format = {
  name: 'curl',
  title: 'curl',
  file: (flow) => `${flow}.sh`,
  write: (taken) => {
    if (taken.step === 'all') return taken.choices.flow === 'jwt-bearer' ? jwtScript(taken) : webScript(taken)
    return stepsTaken(taken)
      .map((step) => curlCommand(requestTaken(step, taken)))
      .join('\n')
  },
}

/** A request as a command. Secrets that are not written out are variables of the shell. */
export function curlCommand(request: HttpRequest | undefined): string {
  if (request === undefined) return '# What stands in this step is no request.'
  const { method, url, headers, body } = request
  const form = formOf(request)
  const shown = form === undefined ? headers : headers.filter(([name]) => name.toLowerCase() !== 'content-type')
  const data =
    form === undefined
      ? body === ''
        ? []
        : [`--data-raw ${shellWord(body)}`]
      : form.map(([name, value]) => `--data-urlencode ${shellWord(`${encodeURIComponent(name)}=${value}`)}`)
  return [
    `curl --silent --show-error --globoff --request ${shellWord(method)} ${shellWord(url)}`,
    ...(url.includes('/services/oauth2/authorize') ? ['--include'] : []),
    ...shown.map(([name, value]) => `--header ${shellWord(`${name}: ${value}`)}`),
    ...data,
  ].join(' \\\n  ')
}

/** A word as a POSIX shell takes it for itself; names in it are variables that must be there. */
export function shellWord(text: string): string {
  const word = pieces(text)
    .map((piece, index) =>
      index % 2 === 0 ? (piece === '' ? '' : quoted(piece)) : `"\${${environmentName(piece)}:?}"`,
    )
    .join('')
  return word === '' ? "''" : word
}

function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

const start = `#!/bin/sh
set -eu
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
member() { printf '%s' "$TOKENS" | sed -n "s/.*\\"$1\\": *\\"\\([^\\"]*\\)\\".*/\\1/p"; }`

const end = `ACCESS_TOKEN=$(member access_token)
if [ -z "$ACCESS_TOKEN" ]; then printf '%s\\n' "$TOKENS" >&2; exit 1; fi
INSTANCE_URL=$(member instance_url)

curl --silent --show-error "$INSTANCE_URL/services/data/v67.0/sobjects/Account/listviews" \\
  --header "Authorization: Bearer $ACCESS_TOKEN"`

function jwtScript({ choices, loginUrl, audience, privateKey, hasSecrets }: Taken): string {
  const claims = JSON.stringify({ iss: choices.consumerKey, sub: choices.username, aud: audience }).replace(
    /\}$/,
    ',"exp":',
  )
  const key = hasSecrets
    ? `PRIVATE_KEY_FILE=$(mktemp)
trap 'rm -f "$PRIVATE_KEY_FILE"' EXIT
cat > "$PRIVATE_KEY_FILE" <<'PEM'
${privateKey.trim()}
PEM`
    : `: "\${PRIVATE_KEY_FILE:?is the file with the private key (PEM)}"`
  return `${start}
${key}

HEADER=$(printf '{"alg":"RS256"}' | base64url)
CLAIMS=$(printf '%s%s}' ${quoted(claims)} $(($(date +%s) + 180)) | base64url)
SIGNATURE=$(printf '%s.%s' "$HEADER" "$CLAIMS" | openssl dgst -sha256 -sign "$PRIVATE_KEY_FILE" -binary | base64url)

TOKENS=$(curl --silent --show-error ${quoted(`${loginUrl}/services/oauth2/token`)} \\
  --data-urlencode ${quoted(`grant_type=${jwtBearerGrant}`)} \\
  --data-urlencode "assertion=$HEADER.$CLAIMS.$SIGNATURE")
${end}
`
}

function webScript({ choices, loginUrl, values, hasSecrets }: Taken): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: choices.consumerKey,
    redirect_uri: choices.callbackUrl,
    scope: 'api openid refresh_token',
    code_challenge_method: 'S256',
  })
  const secret = hasSecrets
    ? `CLIENT_SECRET=${quoted(values.client_secret)}`
    : `: "\${CLIENT_SECRET:?is the consumer secret of the app}"`
  return `${start}
${secret}

CODE_VERIFIER=$(openssl rand 48 | base64url)
CODE_CHALLENGE=$(printf '%s' "$CODE_VERIFIER" | openssl dgst -sha256 -binary | base64url)
STATE=$(openssl rand 16 | base64url)
printf 'Open this in a browser, sign in and allow:\\n%s\\n' ${quoted(`${loginUrl}/services/oauth2/authorize?${query}`)}"&code_challenge=$CODE_CHALLENGE&state=$STATE" >&2
printf 'Then paste the address that it came back to: ' >&2
read -r CALLBACK
case "$CALLBACK" in *"state=$STATE"*) ;; *) echo 'That is the answer to another request.' >&2; exit 1 ;; esac
CODE=$(printf '%s' "$CALLBACK" | sed -n 's/.*[?&]code=\\([^&]*\\).*/\\1/p')

TOKENS=$(curl --silent --show-error ${quoted(`${loginUrl}/services/oauth2/token`)} \\
  --data grant_type=authorization_code --data "code=$CODE" \\
  --data-urlencode ${quoted(`redirect_uri=${choices.callbackUrl}`)} \\
  --data-urlencode "code_verifier=$CODE_VERIFIER" \\
  --data-urlencode ${quoted(`client_id=${choices.consumerKey}`)} \\
  --data-urlencode "client_secret=$CLIENT_SECRET")
${end}
`
}
