// The OAuth 2.0 JWT bearer flow: a server signs whom it acts for, and gets an access token. No page, no password.
// Break it on purpose and read why it is refused: --audience https://wrong.example, --expires-in=-600, --username …
import { sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { askForToken, fail, say, settings, show, showListViews } from './steps.mjs'

const { loginUrl, jwtBearer } = settings
if (jwtBearer === undefined) fail('The app of the demo that signs is no longer there.')
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: loginUrl },
    'consumer-key': { type: 'string', default: jwtBearer.consumerKey },
    username: { type: 'string', default: jwtBearer.username },
    audience: { type: 'string', default: loginUrl },
    'expires-in': { type: 'string', default: '180' },
    key: { type: 'string', default: jwtBearer.privateKeyFile },
  },
})

say('1. The claims: which app, for whom, where, until when')
const claims = {
  iss: values['consumer-key'],
  sub: values.username,
  aud: values.audience,
  exp: Math.floor(Date.now() / 1000) + Number(values['expires-in']),
}
show({ ...claims, exp: `${claims.exp} (${new Date(claims.exp * 1000).toISOString()})` })

say()
say('2. The assertion: the claims, signed with RS256 by the private key of the certificate that the app trusts')
say(`   ${values.key}`)
const assertion = signed(claims, readFileSync(values.key, 'utf8'))
say(`   ${assertion}`)

say()
say('3. The assertion for an access token')
const tokenUrl = `${values.url}/services/oauth2/token`
say(`   POST ${tokenUrl}`)
say('   grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer & assertion=<the assertion>')
const answer = await askForToken(tokenUrl, {
  grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  assertion,
})

say()
say('4. What the access token opens')
await showListViews(answer.instance_url, answer.access_token)

/**
 * A JSON Web Token (RFC 7519): header and claims as base64url, and the signature over both.
 * @param {object} claims
 * @param {string} privateKey
 */
function signed(claims, privateKey) {
  const encode = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ alg: 'RS256' })}.${encode(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
}
