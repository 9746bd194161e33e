import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parametersOf, readHttp, writeAnswer, writeHttp } from './http-text.ts'

const base = 'http://localhost:8787'
const formType = ['Content-Type', 'application/x-www-form-urlencoded'] as const

// Any units, surrogates without their other half among them.
const anyText = fc.uint16Array().map((units) => String.fromCharCode(...units))

describe('a request as text', () => {
  it('is written with a parameter on each line, and read back as it was', () => {
    const request = {
      method: 'POST',
      url: `${base}/services/oauth2/token?format=json&x=1`,
      headers: [formType, ['X-Note', 'a: b']] as const,
      body: 'grant_type=authorization_code&code=aPrx%3D%3D',
    }
    const text = writeHttp(request)
    expect(text).toBe(`POST http://localhost:8787/services/oauth2/token
  ?format=json
  &x=1
Content-Type: application/x-www-form-urlencoded
X-Note: a: b

grant_type=authorization_code
&code=aPrx%3D%3D`)
    expect(readHttp(text, base)).toEqual({ ok: true, request, notes: [] })
  })

  it('may be a path, may say HTTP/1.1, and may end its lines as Windows does', () => {
    expect(readHttp('get /services/data/ HTTP/1.1\r\nAccept: */*\r\n\r\n', base)).toEqual({
      ok: true,
      request: { method: 'get', url: `${base}/services/data/`, headers: [['Accept', '*/*']], body: '' },
      notes: [],
    })
  })

  it.each([
    ['', 'a method and a URL'],
    ['hello', 'a method and a URL'],
    ['P[ST /x', 'is not a method'],
    ['TRACE /x', 'Browsers do not send TRACE.'],
    ['GET http://', 'is not a URL'],
    ['GET javascript:alert(1)', 'is not a URL'],
    ['GET http://user:pw@localhost/', 'with a user or a password'],
    ['GET /x\nno header', 'is no header'],
    ['GET /x\nX-A: \u2603', 'characters that no header may have'],
    ['GET /x\n\nbody', 'no body with a GET'],
    [`GET /x\n${'A: b\n'.repeat(65)}`, 'There are 65 headers'],
    [`POST /x\n\n${'x'.repeat(70_000)}`, 'Up to 65536 are sent'],
  ])('says what cannot be sent: %j', (text, problem) => {
    const reading = readHttp(text, base)
    expect(reading.ok ? '' : reading.problem).toContain(problem)
  })

  it('tells which headers browsers set themselves', () => {
    const reading = readHttp('GET /x\nHost: other.example\nSec-Fetch-Site: none\nAccept: */*', base)
    expect(reading).toMatchObject({ ok: true, request: { headers: [['Accept', '*/*']] } })
    expect(reading.ok && reading.notes.join()).toMatch(/Host.*Sec-Fetch-Site/)
  })

  it('is read, or refused in words, whatever stands there; what is read can be sent', () => {
    const lines = fc.array(fc.oneof(fc.string(), anyText, fc.constantFrom('GET /x', 'A: b', '')))
    fc.assert(
      fc.property(lines, (parts) => {
        const reading = readHttp(parts.join('\n'), base)
        if (!reading.ok) {
          expect(reading.problem).not.toBe('')
          return
        }
        const { method, url, headers, body } = reading.request
        const init = { method, headers: headers.map(([name, value]): [string, string] => [name, value]) }
        expect(() => new Request(url, body === '' ? init : { ...init, body })).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })
})

describe('the parameters of a request', () => {
  it('are those of its URL, of its form, and the header with the token', () => {
    const request = {
      method: 'POST',
      url: `${base}/t?a=1`,
      headers: [formType, ['authorization', 'Bearer x']] as const,
      body: 'b=2&b=3',
    }
    expect(parametersOf(request)).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['b', '3'],
      ['authorization', 'Bearer x'],
    ])
  })
})

describe('an answer as text', () => {
  it('shows JSON over several lines and anything else as it is', () => {
    const headers = [
      ['content-type', 'application/json'],
      ['date', 'today'],
    ] as const
    expect(writeAnswer({ status: 200, headers, body: '{"a":1}' })).toBe(
      'HTTP/1.1 200\ncontent-type: application/json\n\n{\n  "a": 1\n}',
    )
    expect(writeAnswer({ status: 403, headers: [], body: 'Bad_OAuth_Token' })).toBe('HTTP/1.1 403\n\nBad_OAuth_Token')
    expect(writeAnswer({ status: 200, headers: [], body: 'x'.repeat(100_000) }).length).toBeLessThan(66_000)
  })
})
