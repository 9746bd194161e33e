import type { HttpRequest } from '../http-text.ts'
import { environmentName, type Format, formOf, pieces, requestTaken, stepsTaken, type Taken } from './taken.ts'

/** TypeScript by `@sallyport/client`; a single step by the `fetch` of the platform. */
export const typescript: Format = {
  name: 'typescript',
  title: 'TypeScript (@sallyport/client)',
  file: (flow) => `${flow}.ts`,
  write: (taken) => {
    if (taken.step === 'all') return taken.choices.flow === 'jwt-bearer' ? jwtProgram(taken) : webProgram(taken)
    const steps = stepsTaken(taken).map((step) => fetchCall(requestTaken(step, taken)))
    const needsEnvironment = steps.some((step) => step.includes("env['"))
    return `${needsEnvironment ? "import { env } from 'node:process'\n\n" : ''}${steps.join('\n')}\n`
  },
}

/** A text as a literal of JavaScript, and of Python. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

function expression(text: string): string {
  const parts = pieces(text)
    .map((piece, index) =>
      index % 2 === 0 ? (piece === '' ? undefined : literal(piece)) : `env['${environmentName(piece)}']`,
    )
    .filter((part) => part !== undefined)
  if (parts.length === 0) return '""'
  return parts.length === 1 && parts[0]?.startsWith('env') ? `\`\${${parts[0]}}\`` : parts.join(' + ')
}

function fetchCall(request: HttpRequest | undefined): string {
  if (request === undefined) return '// What stands in this step is no request.'
  const { method, url, headers, body } = request
  const form = formOf(request)
  const shown = form === undefined ? headers : headers.filter(([name]) => name.toLowerCase() !== 'content-type')
  const data =
    form === undefined
      ? expression(body)
      : `new URLSearchParams([\n${form.map(([name, value]) => `    [${literal(name)}, ${expression(value)}],\n`).join('')}  ])`
  const lines = [
    `method: ${literal(method)},`,
    "redirect: 'manual',",
    ...(shown.length === 0
      ? []
      : [`headers: [${shown.map(([name, value]) => `[${literal(name)}, ${expression(value)}]`).join(', ')}],`]),
    ...(body === '' ? [] : [`body: ${data},`]),
  ]
  return `const answer = await fetch(${expression(url)}, {\n  ${lines.join('\n  ')}\n})
console.log(answer.status, answer.headers.get('location') ?? '', await answer.text())`
}

const call = `const answer = await api.send({ method: 'GET', path: '/services/data/v67.0/sobjects/Account/listviews' })
console.log(answer.status, new TextDecoder().decode(answer.body))`

function jwtProgram({ choices, loginUrl, audience, privateKey, hasSecrets }: Taken): string {
  const key = hasSecrets ? literal(privateKey) : "await readFile(env['PRIVATE_KEY_FILE'] ?? 'private.key', 'utf8')"
  const imports = hasSecrets ? '' : "import { readFile } from 'node:fs/promises'\nimport { env } from 'node:process'\n"
  return `${imports}import { jwtBearer, memoryTokenStore, salesforceApi, signerFromKey, tokenCache } from '@sallyport/client'

const consumerKey = ${literal(choices.consumerKey)}
const username = ${literal(choices.username)}
const loginHost = ${literal(loginUrl)}
const audience = ${literal(audience)}
const signer = signerFromKey(${key})

const cache = tokenCache({ store: memoryTokenStore() })
const api = salesforceApi(cache.source(username, () => jwtBearer({ consumerKey, username, signer, loginHost, audience })))
${call}
`
}

function webProgram({ choices, loginUrl, values, hasSecrets }: Taken): string {
  const secret = hasSecrets ? literal(values.client_secret) : "env['CLIENT_SECRET']"
  const processNames = hasSecrets ? 'stdin, stdout' : 'env, stdin, stdout'
  return `import { ${processNames} } from 'node:process'
import { createInterface } from 'node:readline/promises'
import { memoryTokenStore, salesforceApi, tokenCache, webServerFlow } from '@sallyport/client'

const flow = webServerFlow({
  consumerKey: ${literal(choices.consumerKey)},
  consumerSecret: ${secret},
  loginHost: ${literal(loginUrl)},
  redirectUri: ${literal(choices.callbackUrl)},
  scope: ['api', 'openid', 'refresh_token'],
})
const signIn = flow.begin()
const lines = createInterface({ input: stdin, output: stdout })
console.log(\`Open this in a browser, sign in and allow:\\n\${signIn.url.href}\`)
const first = await signIn.finish(await lines.question('Then paste the address that it came back to: '))
lines.close()

const cache = tokenCache({ store: memoryTokenStore() })
const source = cache.source('walkthrough', async (held) => (held === undefined ? first : flow.refresh(held)))
const api = salesforceApi(source)
${call}
`
}
