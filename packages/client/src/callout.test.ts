import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../test/any-text.ts'
import { calloutUrl, isCallout, parseCallout, readCredentialUrl } from './callout.ts'
import { NamedCredentialError } from './named-credential-error.ts'

const base = new URL('https://orgb.my.salesforce.com/api/v1')

function urlOf(endpoint: string, at = base): string {
  return calloutUrl(at, parseCallout(endpoint)).href
}

function reasonOf(act: () => unknown): string {
  try {
    return `no refusal: ${act()}`
  } catch (error) {
    if (error instanceof NamedCredentialError) return error.reason
    throw error
  }
}

describe('callout:', () => {
  it('joins path and query to the URL of the credential by exactly one slash', () => {
    const root = new URL('https://orgb.my.salesforce.com')
    expect(urlOf('callout:OrgB/services/data/v62.0/query?q=SELECT+Id', root)).toBe(
      'https://orgb.my.salesforce.com/services/data/v62.0/query?q=SELECT+Id',
    )
    expect(urlOf('callout:OrgB/limits')).toBe('https://orgb.my.salesforce.com/api/v1/limits')
    expect(urlOf('callout:OrgB/limits', new URL('https://orgb.my.salesforce.com/api/v1/'))).toBe(
      'https://orgb.my.salesforce.com/api/v1/limits',
    )
    expect(urlOf('callout:OrgB')).toBe('https://orgb.my.salesforce.com/api/v1')
    expect(urlOf('callout:OrgB?a=b')).toBe('https://orgb.my.salesforce.com/api/v1?a=b')
  })

  it('reads the scheme in capitals and the namespace of a packaged credential', () => {
    expect(isCallout('CALLOUT:OrgB/x')).toBe(true)
    expect(parseCallout('CALLOUT:acme__OrgB/x?y')).toEqual({ credential: 'acme__OrgB', rest: '/x?y' })
    expect(isCallout('https://orgb.my.salesforce.com')).toBe(false)
  })

  it('leaves what belongs to a path or a query as it is', () => {
    expect(urlOf('callout:OrgB/Account/Name__c/50%25/a%40b.example?u=https://x@y/..\\z')).toBe(
      'https://orgb.my.salesforce.com/api/v1/Account/Name__c/50%25/a%40b.example?u=https://x@y/..\\z',
    )
    expect(urlOf('callout:OrgB/projects:batch/v1.0/...')).toBe(
      'https://orgb.my.salesforce.com/api/v1/projects:batch/v1.0/...',
    )
  })

  it.each([
    'callout:',
    'callout:/limits',
    'callout:https://evil.example/',
    'callout:OrgB@evil.example/',
    'callout:OrgB:443/limits',
    'callout:OrgB\\evil',
    'callout:OrgB.evil.example/',
    'callout:OrgB%2f..',
    'callout: OrgB/limits',
    'callout:9OrgB',
    'https://evil.example/',
  ])('refuses %j, whose name is none', (endpoint) => {
    expect(reasonOf(() => parseCallout(endpoint))).toBe('endpoint-malformed')
  })

  it.each([
    '/..',
    '/../admin',
    '/a/../../admin',
    '/./a',
    '/%2e%2e/admin',
    '/.%2E/admin',
    '/%252e%252e/admin',
    '/%25252e./admin',
    '/%2525252525252e./admin',
    '/a%2f..%2f..%2fadmin',
    '/..;x=y/admin',
    '/..%3b/admin',
    '//evil.example/a',
    '/%2fevil.example',
    '/\\evil.example',
    '/a\\..\\b',
    '/a%5c..%5cb',
    '/https://evil.example/',
    '/user:password@evil.example/',
    '/@evil.example',
    '/a#b',
    '/a?b#c',
    '/a\tb',
    '/.\n./a',
    '/a%0d%0aHost:evil',
    '/a%00',
    '/%ff%2e%2e/a',
    '?a\r\nb',
  ])('refuses %j, which may lead out of the credential', (rest) => {
    expect(reasonOf(() => urlOf(`callout:OrgB${rest}`))).toBe('endpoint-leaves-credential')
  })

  it('says neither path nor query in the refusal, which may hold what is secret', () => {
    expect(() => urlOf('callout:OrgB/../s3cret?k=s3cret')).toThrow(/^(?!.*s3cret).*\. or \.\./)
  })

  it('never leaves host, port and path of the credential, whatever the rest', () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      '\\',
      '.',
      '..',
      '%2e',
      '%2E',
      '%2f',
      '%5c',
      '%25',
      '%252e',
      '@',
      ':',
      ';',
      '?',
      '#',
      '&',
      '=',
      '%',
      'evil.example',
      'https:',
      'http://',
      'user',
      ' ',
      '\t',
      '\n',
      '\r',
      '%00',
      '．',
      '。',
      '／',
      '\u2024',
      'a',
      'é',
      '[::1]',
    )
    const rest = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      anyText(),
    )
    const bases = fc.constantFrom('https://orgb.example', 'https://orgb.example:8443/api/v1', 'https://orgb.example/a/')
    fc.assert(
      fc.property(bases, fc.constantFrom('', '/', '?'), rest, (text, first, tail) => {
        const own = readCredentialUrl(text, 'The URL', 'OrgB')
        let url: URL
        try {
          url = calloutUrl(own, parseCallout(`callout:OrgB${first}${tail}`))
        } catch (error) {
          expect(error).toBeInstanceOf(NamedCredentialError)
          return
        }
        // As another program reads it again, and as one that decodes the path reads it.
        for (const read of [new URL(url.href), new URL(decodedPath(url), own)]) {
          expect(read.origin).toBe(own.origin)
          expect(read.username + read.password + read.hash).toBe('')
          expect(read.pathname.startsWith(own.pathname.replace(/\/$/, ''))).toBe(true)
          expect(read.pathname.split('/')).not.toContain('..')
        }
      }),
      { numRuns: 500 },
    )
  })
})

function decodedPath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname).replace(/[?#].*/s, '')
  } catch {
    return url.pathname
  }
}

describe('the URL of a credential', () => {
  it.each([
    'https://orgb.example/a',
    'http://localhost:8787',
    'http://acme.my.localhost:8787',
    'http://127.0.0.1:1',
    'http://[::1]:1',
  ])('may be %s', (text) => {
    expect(readCredentialUrl(text, 'The URL', 'OrgB').href).toContain(text)
  })

  it.each([
    'orgb.example',
    'http://orgb.example',
    'http://localhost.evil.example',
    'ftp://orgb.example',
    'https://ada:secret@orgb.example',
    'https://orgb.example?a=b',
    'https://orgb.example#a',
    'https://orgb.\nexample',
  ])('may not be %j', (text) => {
    expect(reasonOf(() => readCredentialUrl(text, 'The URL', 'OrgB'))).toBe('definition-invalid')
  })
})
