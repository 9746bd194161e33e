// A request as Postman keeps it. Its scripts stand behind the functions of helpers.js that they call.
import { readFileSync } from 'node:fs'

const text = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

/** The shared functions, by name, in the order in which they stand. */
const helpers = new Map(
  text('helpers.js')
    .split(/\n(?=\/\*\*)/)
    .flatMap((block) => {
      const name = /^function (\w+)/m.exec(block)?.[1]
      return name === undefined ? [] : [[name, block.trim()] as const]
    }),
)

/** The functions that a script calls, and those that they call. */
function calledIn(source: string, found = new Set<string>()): ReadonlySet<string> {
  for (const [name, body] of helpers) {
    if (found.has(name) || !new RegExp(`\\b${name}\\(`).test(source)) continue
    found.add(name)
    calledIn(body, found)
  }
  return found
}

/** A script as Postman keeps it, behind the functions that it calls. */
function script(listen: 'prerequest' | 'test', source: string) {
  const called = calledIn(source)
  const bodies = [...helpers].filter(([name]) => called.has(name)).flatMap(([, body]) => ['', ...body.split('\n')])
  const start = /\bcryptoJs\b/.test(source + bodies.join('\n')) ? ["const cryptoJs = require('crypto-js')"] : []
  const exec = [...start, ...bodies, ...(called.size > 0 ? [''] : []), ...source.trim().split('\n')]
  return { listen, script: { type: 'text/javascript', exec } }
}

/** What a request is made of. */
export interface RequestSource {
  readonly name: string
  readonly method?: 'GET' | 'POST'
  readonly url: string
  readonly form?: Readonly<Record<string, string>>
  /** A body of JSON, in place of a form. */
  readonly json?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly auth?: object
  /** The script before it is sent. */
  readonly before?: string
  /** The script that checks the answer. */
  readonly after: string
  readonly description: string
  /** Whether redirects are followed, as a browser does; where each is a step of its own, they are not. */
  readonly follows?: boolean
}

/** A request of the collection. */
export function request(source: RequestSource) {
  const {
    name,
    method = 'GET',
    url,
    form,
    json,
    headers = {},
    auth,
    before,
    after,
    description,
    follows = true,
  } = source
  return {
    name,
    event: [...(before === undefined ? [] : [script('prerequest', before)]), script('test', after)],
    protocolProfileBehavior: { followRedirects: follows },
    request: {
      method,
      url,
      header: Object.entries(headers).map(([key, value]) => ({ key, value })),
      ...(auth === undefined ? {} : { auth }),
      ...(form === undefined
        ? {}
        : { body: { mode: 'urlencoded', urlencoded: Object.entries(form).map(([key, value]) => ({ key, value })) } }),
      ...(json === undefined
        ? {}
        : { body: { mode: 'raw', raw: JSON.stringify(json, undefined, 2), options: { raw: { language: 'json' } } } }),
      description,
    },
    response: [],
  }
}

/** Where all grants are asked for. */
export const tokenUrl = '{{loginUrl}}/services/oauth2/token'
/** The access token that was kept last. */
export const bearer = { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] }

/** Checks an answer of the token endpoint and passes on what is in it. */
export const keepsTokens = `
const answer = pm.response.json()
pm.test('the answer is 200 and nobody may keep it', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.headers.get('Cache-Control')).to.include('no-store')
})
pm.test('it has an access token, and says where the API is and who it acts for', () => {
  pm.expect(answer.access_token).to.be.a('string')
  pm.expect(answer.token_type).to.equal('Bearer')
  pm.expect(answer.instance_url).to.match(/^https?:/)
  pm.expect(answer.id).to.match(/\\/id\\/00D\\w+\\/005\\w+$/)
  pm.expect(answer.scope).to.include('api')
})
pm.collectionVariables.set('accessToken', answer.access_token)
pm.collectionVariables.set('instanceUrl', answer.instance_url)
pm.collectionVariables.set('identityUrl', answer.id)
`

/** Tests that an answer is the consent page, and keeps what its form is sent with. */
export const takesConsentForm = `
pm.test('it asks whether the app may act for the person', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.text()).to.include('Allow Access?')
})
const fields = fieldsOf(pm.response.text(), 'decision')
pm.collectionVariables.set('formToken', fields.csrf_token)
pm.collectionVariables.set('source', fields.source)
`
