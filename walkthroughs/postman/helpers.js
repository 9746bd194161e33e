// What the scripts of the collection share. A script of Postman sees nothing of another, so each carries the functions that it
// calls: `collection.js` puts them in front of it.
/* global pm, require */
const cryptoJs = require('crypto-js')

export { absolute, base64url, dpopProof, fieldsOf, needs, queryOf, signJwt, signSaml, skipWithout, unguessable }

/** Bytes as base64url without padding (RFC 7515 §2). */
function base64url(words) {
  return cryptoJs.enc.Base64.stringify(words).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** A text as base64url. */
function textAsBase64url(text) {
  return base64url(cryptoJs.enc.Utf8.parse(text))
}

/** Hard to guess: of a secret, the time and a UUID, because this sandbox has no source of randomness that is promised to be good. */
function unguessable(secret) {
  const uuid = pm.variables.replaceIn('{{$randomUUID}}')
  return base64url(cryptoJs.HmacSHA256(`${Date.now()} ${uuid}`, secret))
}

/** The integers of an RSA private key: PEM, PKCS#8 or PKCS#1 (RFC 8017 appendix A.1.2). */
function readPrivateKey(pem) {
  const [, kind, body] = /-----BEGIN (RSA )?PRIVATE KEY-----([\s\S]+?)-----END/.exec(pem) ?? []
  if (body === undefined)
    throw new Error('privateKey is no private key: -----BEGIN PRIVATE KEY-----, with its line breaks.')
  const hex = cryptoJs.enc.Hex.stringify(cryptoJs.enc.Base64.parse(body.replaceAll(/\s/g, '')))
  const integers = (from) => {
    const found = []
    let at = inner(hex, from)
    while (found.length < 9 && at < hex.length) {
      const { start, end } = element(hex, at)
      found.push(BigInt(`0x${hex.slice(start, end)}`))
      at = end
    }
    return found
  }
  // In PKCS#8 the key is an octet string, behind a version and the name of the algorithm.
  const outer = inner(hex, 0)
  const at = kind === undefined ? element(hex, element(hex, element(hex, outer).end).end).start : 0
  const [, modulus, publicExponent, exponent] = integers(at)
  return { modulus, publicExponent, exponent }
}

/** Where a DER element has its content, counted in hexadecimal digits. */
function element(hex, at) {
  const first = Number.parseInt(hex.slice(at + 2, at + 4), 16)
  const isLong = first >= 128
  const digits = isLong ? (first - 128) * 2 : 0
  const length = isLong ? Number.parseInt(hex.slice(at + 4, at + 4 + digits), 16) : first
  const start = at + 4 + digits
  return { start, end: start + length * 2 }
}

/** Where the first element within an element begins. */
function inner(hex, at) {
  return element(hex, at).start
}

/** base to the power of exponent, modulo modulus. */
function power(base, exponent, modulus) {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3). Neither Postman's sandbox nor newman's has RSA, and both have BigInt. */
function signRs256(text, pem) {
  const { modulus, exponent } = readPrivateKey(pem)
  const length = Math.ceil(modulus.toString(16).length / 2) * 2
  const hashed = `3031300d060960864801650304020105000420${cryptoJs.enc.Hex.stringify(cryptoJs.SHA256(text))}`
  const padded = `0001${'ff'.repeat((length - hashed.length) / 2 - 3)}00${hashed}`
  const signature = power(BigInt(`0x${padded}`), exponent, modulus)
    .toString(16)
    .padStart(length, '0')
  return base64url(cryptoJs.enc.Hex.parse(signature))
}

/** A JWT: header and claims as base64url, and the signature over both. */
function signJwt(claims, pem, header = {}) {
  const text = [{ alg: 'RS256', ...header }, claims].map((part) => textAsBase64url(JSON.stringify(part))).join('.')
  return `${text}.${signRs256(text, pem)}`
}

/** What proves the key that a token is bound to, for one request (RFC 9449 §4.2). */
function dpopProof({ method, url, token, nonce }, pem) {
  const { modulus, publicExponent } = readPrivateKey(pem)
  const integer = (value) => {
    const digits = value.toString(16)
    return base64url(cryptoJs.enc.Hex.parse(digits.padStart(digits.length + (digits.length % 2), '0')))
  }
  const jwk = { kty: 'RSA', n: integer(modulus), e: integer(publicExponent) }
  const claims = { jti: unguessable(pem), htm: method, htu: url, iat: Math.floor(Date.now() / 1000) }
  if (token) claims.ath = base64url(cryptoJs.SHA256(token))
  if (nonce) claims.nonce = nonce
  return signJwt(claims, pem, { typ: 'dpop+jwt', jwk })
}

/** A SAML 2.0 assertion in canonical form, with its signature (RSA-SHA256) within. */
function signSaml({ issuer, subject, audience, recipient }, pem) {
  const dsig = 'http://www.w3.org/2000/09/xmldsig#'
  const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
  const instant = (seconds) => new Date(Date.now() + seconds * 1000).toISOString()
  const text = (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const method = (name, algorithm) => `<ds:${name} Algorithm="${algorithm}"></ds:${name}>`
  const id = `_${base64url(cryptoJs.SHA256(unguessable(pem)))}`
  const end = instant(180)
  const head =
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" IssueInstant="${instant(0)}" Version="2.0">` +
    `<saml:Issuer>${text(issuer)}</saml:Issuer>`
  const rest =
    `<saml:Subject><saml:NameID>${text(subject)}</saml:NameID>` +
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">' +
    `<saml:SubjectConfirmationData NotOnOrAfter="${end}" Recipient="${text(recipient)}"></saml:SubjectConfirmationData>` +
    `</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotOnOrAfter="${end}"><saml:AudienceRestriction>` +
    `<saml:Audience>${text(audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions></saml:Assertion>`
  const digest = cryptoJs.SHA256(head + rest).toString(cryptoJs.enc.Base64)
  const signedInfo =
    `<ds:SignedInfo xmlns:ds="${dsig}">${method('CanonicalizationMethod', exclusive)}` +
    `${method('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}<ds:Reference URI="#${id}">` +
    `<ds:Transforms>${method('Transform', `${dsig}enveloped-signature`)}${method('Transform', exclusive)}</ds:Transforms>` +
    `${method('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256')}<ds:DigestValue>${digest}</ds:DigestValue>` +
    '</ds:Reference></ds:SignedInfo>'
  const value = signRs256(signedInfo, pem).replaceAll('-', '+').replaceAll('_', '/')
  const padded = value + '='.repeat((4 - (value.length % 4)) % 4)
  const signature = `<ds:Signature xmlns:ds="${dsig}">${signedInfo}<ds:SignatureValue>${padded}</ds:SignatureValue></ds:Signature>`
  return textAsBase64url(head + signature + rest)
}

/** The fields of the form of a page that has a button or a field of this name. */
function fieldsOf(html, having) {
  const unescaped = (text) =>
    text
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
  for (const form of html.match(/<form[\s\S]*?<\/form>/g) ?? []) {
    const attribute = (tag, name) => unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
    const fields = Object.fromEntries(
      (form.match(/<input[^>]*>/g) ?? []).map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]),
    )
    if (form.includes(`name="${having}"`)) return fields
  }
  throw new Error(`There is no form with ${having} on this page.`)
}

/** A whole URL of what a Location header says. */
function absolute(location) {
  return /^https?:/.test(location) ? location : pm.variables.get('loginUrl') + location
}

/** What is behind the question mark, by name. */
function queryOf(url) {
  return Object.fromEntries(
    url
      .slice(url.indexOf('?') + 1)
      .split('&')
      .map((pair) => pair.split('=').map((part) => decodeURIComponent(part.replaceAll('+', ' ')))),
  )
}

/** Says what is missing in the environment before a request fails for it. */
function needs(...names) {
  for (const name of names) {
    if (!pm.variables.get(name)) throw new Error(`Set ${name} in the environment first.`)
  }
}

/** Leaves a request out, unless everything that it needs is in the environment. */
function skipWithout(...names) {
  if (names.some((name) => !pm.variables.get(name))) pm.execution.skipRequest()
}
