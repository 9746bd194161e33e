import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { chooseFormat, escapeXml, readCallback, readPrettyPrint, writeBody } from './format.ts'

const all = ['json', 'xml', 'urlencoded'] as const

describe('chooseFormat', () => {
  it('takes the format parameter before the Accept header', () => {
    expect(chooseFormat('xml', 'application/json', all)).toBe('xml')
    expect(chooseFormat('URLENCODED', undefined, all)).toBe('urlencoded')
    expect(chooseFormat('jsonp', 'application/xml', all)).toBe('json')
  })

  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['application/xml', 'xml'],
    ['text/xml; charset=utf-8', 'xml'],
    ['application/x-www-form-urlencoded', 'urlencoded'],
    ['application/*', 'json'],
    ['APPLICATION/XML', 'xml'],
    ['application/xml,application/json,application/html,*/*', 'xml'],
    ['application/json, text/plain, */*', 'json'],
    ['application/json;q=0.5, application/xml', 'xml'],
    ['application/xml;q=0.4;level=1, application/json;q=0.8', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'xml'],
    ['application/xml;q=0', 'json'],
    ['application/xml;q=nonsense', 'json'],
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', 'json'],
    ['image/png', 'json'],
    [',;,;q=1,', 'json'],
  ])('answers Accept %j with %s', (accept, format) => {
    expect(chooseFormat(undefined, accept, all)).toBe(format)
  })

  it('answers JSON for a format it does not know or does not offer', () => {
    expect(chooseFormat('yaml', undefined, all)).toBe('json')
    expect(chooseFormat('yaml', 'application/xml', all)).toBe('xml')
    expect(chooseFormat('urlencoded', 'application/x-www-form-urlencoded', ['json', 'xml'])).toBe('json')
  })

  it('never fails', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string(), { nil: undefined }),
        fc.option(fc.string(), { nil: undefined }),
        (format, accept) => {
          expect(all).toContain(chooseFormat(format, accept, all))
        },
      ),
    )
  })
})

describe('writeBody', () => {
  const token = { access_token: '00D!AQ.x', instance_url: 'https://a.example/?x=1&y=2', issued_at: '1278448832702' }

  it('writes JSON with its character set, leaving out what is undefined', () => {
    expect(writeBody({ a: 1, b: undefined, c: null }, { format: 'json', root: 'OAuth' })).toEqual({
      contentType: 'application/json;charset=UTF-8',
      text: '{"a":1,"c":null}',
    })
  })

  it('writes XML under the root it is given', () => {
    expect(writeBody(token, { format: 'xml', root: 'OAuth' })).toEqual({
      contentType: 'application/xml;charset=UTF-8',
      text: '<?xml version="1.0" encoding="UTF-8"?><OAuth><access_token>00D!AQ.x</access_token><instance_url>https://a.example/?x=1&amp;y=2</instance_url><issued_at>1278448832702</issued_at></OAuth>',
    })
  })

  it('writes null as xsi:nil, members inside members, and lists as repeated elements', () => {
    const document = { status: { body: null }, empty: [], names: ['a', 'b'], gone: undefined, yes: true }
    expect(writeBody(document, { format: 'xml', root: 'user' }).text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><user xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><status><body xsi:nil="true"/></status><names>a</names><names>b</names><yes>true</yes></user>',
    )
  })

  it("writes the REST API's errors as Salesforce does", () => {
    const errors = [{ errorCode: 'MALFORMED_QUERY', message: "can't" }]
    expect(writeBody(errors, { format: 'xml', root: 'Errors', item: 'Error' }).text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Errors><Error><errorCode>MALFORMED_QUERY</errorCode><message>can&apos;t</message></Error></Errors>',
    )
  })

  it('makes element names of any names', () => {
    const document = { 'Chatter Desktop': 1, '2nd': 2, 'a:b': 3, '<x>': 4, '': 5, é: 6 }
    expect(writeBody(document, { format: 'xml', root: 'r' }).text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><r><Chatter_Desktop>1</Chatter_Desktop><_2nd>2</_2nd><a_b>3</a_b><_x_>4</_x_><_>5</_><_>6</_></r>',
    )
  })

  it('writes forms, with dotted names for members of members', () => {
    const document = { scope: 'id api', id: null, urls: { rest: 'https://a/?b=c' }, photos: ['x', 'y'] }
    expect(writeBody(document, { format: 'urlencoded', root: 'user' })).toEqual({
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
      text: 'scope=id+api&id=&urls.rest=https%3A%2F%2Fa%2F%3Fb%3Dc&photos=x&photos=y',
    })
  })

  it('wraps JSON, and only JSON, in a callback', () => {
    expect(writeBody({ function: 'name' }, { format: 'json', root: 'user', callback: 'baz' })).toEqual({
      contentType: 'application/javascript;charset=UTF-8',
      text: 'baz({"function":"name"});',
    })
    expect(writeBody({ a: 1 }, { format: 'xml', root: 'user', callback: 'baz' }).text).not.toContain('baz')
  })

  it('indents when asked', () => {
    expect(writeBody({ a: { b: 1 } }, { format: 'json', root: 'r', isPretty: true }).text).toBe(
      '{\n  "a": {\n    "b": 1\n  }\n}',
    )
    expect(writeBody({ a: { b: 1 }, c: {} }, { format: 'xml', root: 'r', isPretty: true }).text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<r>\n  <a>\n    <b>1</b>\n  </a>\n  <c></c>\n</r>',
    )
  })

  it('writes any document in any format without failing, and its XML is well-formed', () => {
    const value = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 })
    const document = fc.oneof(fc.dictionary(anyText(), value), fc.array(value))
    fc.assert(
      fc.property(document, fc.boolean(), (written, isPretty) => {
        const parsed = JSON.parse(JSON.stringify(written))
        for (const format of all) {
          const { text } = writeBody(parsed, { format, root: 'root', item: 'item', isPretty })
          if (format === 'json') expect(JSON.parse(text)).toEqual(parsed)
          if (format === 'xml') expect(isWellFormed(text)).toBe(true)
          if (format === 'urlencoded') expect(text).toMatch(/^[\w.*+%=&-]*$/)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('escapeXml', () => {
  it('comes back as the same text from whoever reads it', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const escaped = escapeXml(text)
        expect(escaped).not.toMatch(/[<>"'\r]/)
        expect(unescaped(escaped)).toBe([...text].map(asXmlHoldsIt).join(''))
      }),
    )
  })

  it('replaces what XML cannot hold', () => {
    expect(escapeXml('a\u0000b\u001b\ud800c\uffff😀\t\n')).toBe('a\ufffdb\ufffd\ufffdc\ufffd😀\t\n')
  })
})

describe('readCallback', () => {
  it.each(['baz', 'jQuery_12.cb', '$', 'a'.repeat(64)])('lets %s pass', (callback) => {
    expect(readCallback(callback, undefined)).toEqual({ ok: true, callback })
  })

  it.each(['', 'alert(1)//', 'a b', 'a[0]', 'a;b', '<script>', 'é', 'a\nb', 'a'.repeat(65), 'a-b'])(
    'refuses %j',
    (callback) => {
      expect(readCallback(callback, 'json')).toEqual({ ok: false })
    },
  )

  it('needs a name only for format=jsonp', () => {
    expect(readCallback(undefined, undefined)).toEqual({ ok: true, callback: undefined })
    expect(readCallback(undefined, 'jsonp')).toEqual({ ok: false })
  })
})

it('reads the PrettyPrint header', () => {
  expect(['1', 'true', '0', '', undefined].map(readPrettyPrint)).toEqual([true, true, false, false, false])
})

// A small reader: elements that close in order, text without bare markup.
function isWellFormed(xml: string): boolean {
  const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n?/, '')
  const open: string[] = []
  const rest = body.replace(
    /<(\/?)([A-Za-z_][\w.-]*)((?: [a-z:]+="[^"<&]*")*)(\/?)>/g,
    (_, end: string, name: string, _attributes, empty: string) => {
      if (end === '/') return open.pop() === name ? '' : '<'
      if (empty === '') open.push(name)
      return ''
    },
  )
  return open.length === 0 && !rest.includes('<') && !/&(?!(?:amp|lt|gt|quot|apos|#13);)/.test(rest)
}

function asXmlHoldsIt(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const isHeld = code >= 0x20 ? code !== 0xfffe && code !== 0xffff : '\t\n\r'.includes(character)
  return isHeld ? character : '\ufffd'
}

function unescaped(text: string): string {
  const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#13': '\r' }
  return text.replace(/&([a-z]+|#13);/g, (_, name: string) => characters[name] ?? '?')
}
