import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { localPath } from './local-path.ts'

describe('localPath', () => {
  it.each([
    '/',
    '/secur/logout.jsp',
    '/services/oauth2/authorize?client_id=a&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=api+web',
    '/a?next=https://elsewhere.example/',
    '/%5Cevil.example',
    '/a//b',
    '/~x/(y);z=1,2',
  ])('lets %s pass as it is', (path) => {
    expect(localPath(path)).toBe(path)
  })

  it.each([
    '',
    'a',
    '//evil.example',
    '/\\evil.example',
    '/..//evil.example',
    '/a b',
    '/a\tb',
    '/ä',
    'https://evil.example',
  ])('knows no path in %j', (text) => {
    expect(localPath(text)).toBeUndefined()
  })

  it('never gives what a browser would take for another site', () => {
    // Texts of the parts that URL parsers stumble over, far more often than chance would have them.
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      '@',
      ':',
      '?',
      '#',
      '\t',
      '\n',
      '\r',
      ' ',
      '\0',
      'evil.example',
      'http:',
      'a',
    )
    const texts = fc.oneof(
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
      anyText(),
    )
    fc.assert(
      fc.property(texts, fc.constantFrom('', '/'), (text, start) => {
        const path = localPath(start + text)
        if (path === undefined) return
        for (const base of ['https://login.example', 'http://localhost:8787']) {
          expect(new URL(path, `${base}/some/page`).origin).toBe(base)
          expect(localPath(path)).toBe(path)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
