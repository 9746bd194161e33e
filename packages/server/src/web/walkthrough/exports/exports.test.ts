import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Choices, nothingFound, templateOf } from '../flow.ts'
import { flowNames, flows, type StepName } from '../flow-steps.ts'
import { apexText } from './apex.ts'
import { curlCommand, shellWord } from './curl.ts'
import { formats } from './formats.ts'
import { postmanSigner } from './postman-signer.ts'
import type { Taken } from './taken.ts'
import { literal } from './typescript.ts'

const loginUrl = 'http://localhost:8787'
const secrets = {
  client_secret: 'CLIENTSECRET0123456789',
  code: 'aPrxCODE0123456789',
  code_verifier: 'verifier0123456789verifier0123456789verifier',
  assertion: 'eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl',
  access_token: '00D000000000001!AQACCESSTOKEN',
  refresh_token: '5Aep861REFRESHTOKEN',
}
const values = {
  ...nothingFound,
  ...secrets,
  state: 'state',
  code_challenge: 'challenge',
  instance_url: 'http://localhost:8789',
}
const privateKey = '-----BEGIN PRIVATE KEY-----\nPRIVATEKEYBODY\n-----END PRIVATE KEY-----\n'

function taken(details: Partial<Taken> = {}, chosen: Partial<Choices> = {}): Taken {
  const choices: Choices = {
    flow: 'web-server',
    consumerKey: '3MVG9key',
    consumerSecret: secrets.client_secret,
    callbackUrl: `${loginUrl}/walkthrough/callback`,
    username: 'ada@acme.example',
    ...chosen,
  }
  const template = (step: StepName) => templateOf(step, choices, loginUrl)
  const templates = {
    authorize: template('authorize'),
    assertion: '',
    token: template('token'),
    userinfo: template('userinfo'),
    api: template('api'),
    refresh: template('refresh'),
  }
  return {
    choices,
    loginUrl,
    audience: loginUrl,
    step: 'all',
    templates,
    values,
    privateKey,
    hasSecrets: false,
    ...details,
  }
}

const everywhere = formats.flatMap((format) =>
  flowNames.flatMap((flow) => (['all', ...flows[flow].steps] as const).map((step) => [format, flow, step] as const)),
)

// Any units, surrogates without their other half among them.
const anyText = fc.uint16Array().map((units) => String.fromCharCode(...units))

describe('what is taken along', () => {
  it('holds no secret unless one asked for them', () => {
    for (const [format, flow, step] of everywhere) {
      const text = format.write(taken({ step }, { flow }))
      for (const secret of [...Object.values(secrets), 'PRIVATEKEYBODY']) {
        expect([format.name, flow, step, text.includes(secret)]).toEqual([format.name, flow, step, false])
      }
    }
  })

  it('holds those that it needs when one asked', () => {
    const token = taken({ step: 'token', hasSecrets: true })
    for (const format of formats.filter(({ name }) => name !== 'named-credential')) {
      expect([format.name, format.write(token)]).toEqual([format.name, expect.stringContaining(secrets.client_secret)])
    }
    const jwt = taken({ hasSecrets: true }, { flow: 'jwt-bearer' })
    for (const format of formats.filter(({ name }) => ['curl', 'postman', 'typescript', 'python'].includes(name))) {
      expect([format.name, format.write(jwt)]).toEqual([format.name, expect.stringContaining('PRIVATEKEYBODY')])
    }
  })

  it('is there for a step that was changed into nonsense, too', () => {
    const nonsense = { ...taken().templates, token: 'nonsense' }
    for (const [format] of everywhere) expect(format.write(taken({ step: 'token', templates: nonsense }))).not.toBe('')
  })

  it('names its files', () => {
    expect(formats.map(({ file }) => file('jwt-bearer'))).toEqual([
      'jwt-bearer.sh',
      'jwt-bearer.postman_collection.json',
      'jwt-bearer.apex',
      'Target.namedCredential-meta.xml',
      'jwt-bearer.ts',
      'jwt_bearer.py',
    ])
  })
})

describe('quoting', () => {
  it('brings any text through a shell, and takes a secret from its variable', () => {
    const texts = fc.sample(
      fc.string({ unit: 'grapheme' }).filter((text) => !/\0|\{\{/.test(text)),
      200,
    )
    const script = texts.map((text) => `printf '%s\\0' ${shellWord(text)}`).join('\n')
    const brought = execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1)
    expect(brought).toEqual(texts.map((text) => text.toWellFormed()))
    const word = shellWord("it's {{client_secret}}!")
    const env = { ...process.env, CLIENT_SECRET: '$(a) "b"' }
    expect(execFileSync('sh', ['-c', `printf %s ${word}`], { env }).toString()).toBe('it\'s $(a) "b"!')
  })

  it('sends any form with curl as it was', () => {
    const request = {
      method: 'POST',
      url: `${loginUrl}/t`,
      headers: [['content-type', 'application/x-www-form-urlencoded']] as const,
      body: new URLSearchParams({ 'a b': "it's & that=x", code: '{{code}}' })
        .toString()
        .replace('%7B%7Bcode%7D%7D', '{{code}}'),
    }
    const shown = curlCommand(request).replace('curl', 'printf "%s\\n"')
    const words = execFileSync('sh', ['-c', shown], { env: { ...process.env, CODE: 'C O' } })
      .toString()
      .split('\n')
    expect(words.slice(-5, -1)).toEqual(['--data-urlencode', "a%20b=it's & that=x", '--data-urlencode', 'code=C O'])
  })

  it('brings any text into JavaScript and Apex', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(JSON.parse(literal(text))).toBe(text)
        expect(literal(text)).not.toMatch(/[\u2028\u2029\n]/)
        const inside = apexText(text).slice(1, -1)
        expect(inside.replaceAll(/\\(?:\\|'|n|r|u[0-9a-f]{4})/g, '')).not.toMatch(/['\\\n\r]|[^ -~]/)
        expect(fromApex(inside)).toBe(text)
      }),
    )
  })

  it('writes XML that says what was meant', () => {
    const xml = formats
      .find(({ name }) => name === 'named-credential')
      ?.write(taken({}, { flow: 'jwt-bearer', consumerKey: '<&>' }))
    expect(xml).toContain('<jwtIssuer>&lt;&amp;&gt;</jwtIssuer>')
  })
})

it('writes a Postman collection whose variables are all there', () => {
  const text = formats.find(({ name }) => name === 'postman')?.write(taken({ hasSecrets: true })) ?? ''
  const collection = JSON.parse(text)
  const keys = collection.variable.map(({ key }: { key: string }) => key)
  const used = [...JSON.stringify(collection.item).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name)
  expect(used.filter((name) => !keys.includes(name))).toEqual([])
  expect(collection.info.schema).toContain('v2.1.0')
  expect(() => new Function('require', 'pm', postmanSigner)).not.toThrow()
})

function fromApex(text: string): string {
  return text.replaceAll(/\\(\\|'|n|r|u([0-9a-f]{4}))/g, (_, letter: string, unit: string | undefined) =>
    unit !== undefined
      ? String.fromCharCode(Number.parseInt(unit, 16))
      : letter === 'n'
        ? '\n'
        : letter === 'r'
          ? '\r'
          : letter,
  )
}
