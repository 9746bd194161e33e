import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { callbackUrlProblem, callbackUrlProblems, readCallbackUrls } from './callback-url.ts'

const good = [
  'https://warehouse.example/cb',
  'https://warehouse.example/cb?tenant=7&next=%2Fhome',
  'https://warehouse.example',
  'HTTPS://Warehouse.example/CB',
  'http://localhost:1717/OauthRedirect',
  'http://127.0.0.1:9999/cb',
  'http://[::1]/cb',
  'myapp://cb',
  'com.example.app:/oauth2redirect',
  'testsfdc:///mobilesdk/detect/oauth/done',
  'chrome-extension://hpijlohoihegkfehhibggnkbjhoemldh/data.html',
]

describe('callbackUrlProblem', () => {
  it.each(good)('takes %s', (url) => {
    expect(callbackUrlProblem(url)).toBeUndefined()
  })

  it.each([
    ['warehouse.example/cb', 'begins with its scheme'],
    ['localhost:1717/OauthRedirect', 'a slash at its beginning'],
    ['http://warehouse.example/cb', 'Plain http'],
    ['JavaScript:alert(1)', 'a slash at its beginning'],
    ['javascript://%0aalert(1)', 'control characters'],
    ['JAVASCRIPT:///alert(1)', 'leads to no app'],
    ['java\tscript://alert(1)', 'control characters'],
    ['data:/text/html,x', 'leads to no app'],
    ['vbscript:/x', 'leads to no app'],
    ['file:///etc/passwd', 'leads to no app'],
    ['about:/blank', 'leads to no app'],
    ['blob:/x', 'leads to no app'],
    ['urn:ietf:wg:oauth:2.0:oob', 'a slash at its beginning'],
    ['https://warehouse.example/cb#done', 'fragment'],
    ['https://warehouse.example/cb#', 'fragment'],
    ['myapp://cb#done', 'fragment'],
    ['myapp://ada@cb', 'names no user'],
    ['myapp://cb:port/', 'cannot read'],
    ['https://warehouse.example/a/../cb', 'segments'],
    ['https://warehouse.example/./cb', 'segments'],
    ['https://warehouse.example/%2e%2E/cb', 'encoded dots'],
    ['https://warehouse.example/a%2fcb', 'encoded dots or slashes'],
    ['https://warehouse.example/a%5Ccb', 'encoded dots or slashes'],
    ['https://warehouse.example/cb?code=1', 'parameter “code”'],
    ['https://warehouse.example/cb?a=1&st%61te=2', 'parameter “state”'],
    ['https://warehouse.example/cb?Error=1', 'parameter “Error”'],
    ['https://warehouse.example/cb?iss=https://evil.example', 'parameter “iss”'],
  ])('does not take %s', (url, reason) => {
    expect(callbackUrlProblem(url)).toContain(reason)
  })

  it('takes nothing that a browser would read otherwise than it is written', () => {
    const piece = fc.oneof(
      fc.constantFrom(...good, 'https:', 'http:', 'javascript:', '//', '/', '\\', '@', ':', '?', '#', '..', '%2e', '%'),
      fc.constantFrom('localhost', '127.0.0.1', '[::1]', 'evil.example', '\u0000', '\n', ' ', '&', 'code=', '。', 'ﬀ'),
      anyText({ maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const text = pieces.join('')
        if (callbackUrlProblem(text) !== undefined) return
        expect(text).toMatch(/^[\x21-\x7e]+$/)
        expect(text).not.toMatch(/[\\#"<>]/)
        const url = new URL(text)
        expect(['javascript:', 'data:', 'vbscript:', 'file:', 'about:', 'blob:']).not.toContain(url.protocol)
        expect(url.username + url.password + url.hash).toBe('')
        if (url.protocol === 'http:') expect(['localhost', '127.0.0.1', '[::1]']).toContain(url.hostname)
        if (url.protocol === 'http:' || url.protocol === 'https:') {
          const written = /^https?:\/\/([^/?]+)([^?]*)/i.exec(text)
          expect(written?.[1]?.toLowerCase().replace(/:[0-9]+$/, '')).toBe(url.hostname)
          expect(written?.[2] === '' ? '/' : written?.[2]).toBe(url.pathname)
        }
      }),
      { numRuns: 1500 },
    )
  })
})

describe('callbackUrlProblems', () => {
  it('asks for one at least, names the entry that is wrong, and refuses repetitions', () => {
    expect(callbackUrlProblems([])).toEqual([{ field: 'callbackUrls', message: 'Enter at least one callback URL.' }])
    expect(callbackUrlProblems(['https://a.example/', 'http://a.example/', 'https://a.example/'])).toEqual([
      { field: 'callbackUrls', item: 1, message: expect.stringContaining('Plain http') },
      { field: 'callbackUrls', item: 2, message: 'This callback URL is there already.' },
    ])
  })

  it('bounds them all together', () => {
    const urls = Array.from({ length: 30 }, (_, number) => `https://a.example/${number}/${'x'.repeat(60)}`)
    expect(callbackUrlProblems(urls)).toEqual([{ field: 'callbackUrls', message: expect.stringContaining('2000') }])
  })
})

describe('readCallbackUrls', () => {
  it('takes one from each line, whatever the line ends with', () => {
    expect(readCallbackUrls(' https://a.example/\r\nmyapp://cb\r\n\n  ')).toEqual(['https://a.example/', 'myapp://cb'])
  })
})
