/**
 * Signs the JWT before the request, in Postman's sandbox and newman's: neither has RSA, and both have BigInt and crypto-js.
 * It reads a private key (PEM, PKCS#8 or PKCS#1) and pads as RSASSA-PKCS1-v1_5 wants it (RFC 8017 §8.2.1, appendix A.1.2).
 */
export const postmanSigner = String.raw`
const cryptoJs = require('crypto-js')
const value = (name) => pm.variables.get(name)
for (const name of ['iss', 'sub', 'aud', 'private_key']) {
  if (!value(name)) throw new Error('Set ' + name + ' among the variables first.')
}
const base64url = (words) =>
  cryptoJs.enc.Base64.stringify(words).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
const encoded = (object) => base64url(cryptoJs.enc.Utf8.parse(JSON.stringify(object)))

// DER, in hexadecimal: where the content of the element at a place begins and ends.
const element = (hex, at) => {
  const first = parseInt(hex.slice(at + 2, at + 4), 16)
  const digits = first >= 128 ? (first - 128) * 2 : 0
  const length = digits > 0 ? parseInt(hex.slice(at + 4, at + 4 + digits), 16) : first
  return { start: at + 4 + digits, end: at + 4 + digits + length * 2 }
}
const pem = /-----BEGIN (RSA )?PRIVATE KEY-----([\s\S]+?)-----END/.exec(value('private_key'))
if (pem === null) throw new Error('private_key is no private key as PEM.')
const hex = cryptoJs.enc.Hex.stringify(cryptoJs.enc.Base64.parse(pem[2].replaceAll(/\s/g, '')))
let at = element(hex, 0).start
if (pem[1] === undefined) {
  at = element(hex, element(hex, element(hex, at).end).end).start
  at = element(hex, at).start
}
const integers = []
while (integers.length < 4) {
  const { start, end } = element(hex, at)
  integers.push(BigInt('0x' + hex.slice(start, end)))
  at = end
}
const [, modulus, , exponent] = integers

const claims = {
  iss: value('iss'),
  sub: value('sub'),
  aud: value('aud'),
  exp: Math.floor(Date.now() / 1000) + 180,
}
const input = encoded({ alg: 'RS256' }) + '.' + encoded(claims)
const digits = Math.ceil(modulus.toString(16).length / 2) * 2
const hashed = '3031300d060960864801650304020105000420' + cryptoJs.enc.Hex.stringify(cryptoJs.SHA256(input))
const padded = '0001' + 'ff'.repeat((digits - hashed.length) / 2 - 3) + '00' + hashed
let signature = 1n
let square = BigInt('0x' + padded) % modulus
for (let left = exponent; left > 0n; left >>= 1n) {
  if (left & 1n) signature = (signature * square) % modulus
  square = (square * square) % modulus
}
const bytes = cryptoJs.enc.Hex.parse(signature.toString(16).padStart(digits, '0'))
pm.collectionVariables.set('assertion', input + '.' + base64url(bytes))
`
