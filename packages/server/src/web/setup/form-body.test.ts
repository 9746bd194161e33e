import { describe, expect, it } from 'vitest'
import type { OAuthError } from '../../oauth/error.ts'
import { fromProgram } from '../incoming.ts'
import { readSentForm } from './form-body.ts'

const largestFiles = new Map([
  ['binary', 1000],
  ['icon', 10],
])

/** Reads what a program sends, with files where the form has some. */
function reading(body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}, files = largestFiles) {
  const init: RequestInit = { method: 'POST', body, headers, duplex: 'half' }
  return readSentForm(fromProgram(new Request('http://localhost/setup', init)), files)
}

function form(...pairs: readonly (readonly [string, string | File])[]): FormData {
  const data = new FormData()
  for (const [name, value] of pairs) data.append(name, value)
  return data
}

const multipart = { 'content-type': 'multipart/form-data; boundary=edge' }
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
const reasonOf = (sent: Promise<unknown>) =>
  sent.then(
    () => 'read',
    ({ refusal }: OAuthError) => [refusal.reason, refusal.facts],
  )

describe('reading what a form sent', () => {
  it.each(['multipart', 'urlencoded'])('gives its texts in order, with one kind of line end: %s', async (kind) => {
    const pairs: [string, string][] = [
      ['label', 'Zoë & Søn 🏰'],
      ['lines', 'one\r\ntwo\rthree'],
      ['several', 'b'],
      ['several', 'a'],
      ['empty', ''],
    ]
    const sent = await reading(kind === 'multipart' ? form(...pairs) : new URLSearchParams(pairs))
    expect(Object.fromEntries(sent.texts)).toEqual({
      label: ['Zoë & Søn 🏰'],
      lines: ['one\ntwo\nthree'],
      several: ['b', 'a'],
      empty: [''],
    })
    expect([sent.files.size, sent.tooLarge.size]).toEqual([0, 0])
  })

  it('gives its files, and none where none was chosen', async () => {
    const bytes = new Uint8Array([0, 13, 10, 45, 45, 255])
    const sent = await reading(form(['binary', new File([bytes], 'Größe "1".apk')], ['icon', new File([], '')]))
    expect([...sent.files]).toEqual([['binary', { name: 'Größe "1".apk', bytes: Buffer.from(bytes) }]])
  })

  it('leaves out a file that is too large, says so, and has all that stands before and after', async () => {
    const sent = await reading(
      form(
        ['label', 'Shop'],
        ['binary', new File([new Uint8Array(1001)], 'large.apk')],
        ['icon', new File([new Uint8Array(10)], 'small.png')],
        ['description', 'After it.'],
      ),
    )
    expect(Object.fromEntries(sent.tooLarge)).toEqual({ binary: 'This file has more than 1000 bytes.' })
    expect([...sent.files.keys()]).toEqual(['icon'])
    expect(Object.fromEntries(sent.texts)).toEqual({ label: ['Shop'], description: ['After it.'] })
  })

  it('keeps nothing of a file that the form does not ask for, but its name', async () => {
    const sent = await reading(form(['other', new File([new Uint8Array(5000)], 'a.bin')]))
    expect([...sent.files]).toEqual([['other', { name: 'a.bin', bytes: Buffer.alloc(0) }]])
  })

  it.each(['multipart', 'urlencoded'])('cuts off a text that is too long, and says so: %s', async (kind) => {
    const sent = (length: number) => {
      const pairs: [string, string][] = [
        ['long', 'x'.repeat(length)],
        ['label', 'Shop'],
      ]
      return reading(kind === 'multipart' ? form(...pairs) : new URLSearchParams(pairs))
    }
    expect((await sent(262_144)).tooLarge.size).toBe(0)
    const { texts, tooLarge } = await sent(262_145)
    expect([...texts].map(([name, [text]]) => [name, text?.length])).toEqual([
      ['long', 262_144],
      ['label', 4],
    ])
    expect(Object.fromEntries(tooLarge)).toEqual({
      long: 'This text has more than 256 KB. Only its beginning is here: shorten it.',
    })
  })

  it('cuts off the longest texts where all together are too long', async () => {
    const pairs: [string, string][] = [
      ['first', 'a'.repeat(200_000)],
      ['second', 'b'.repeat(250_000)],
      ['third', 'c'.repeat(200_000)],
      ['label', 'Shop'],
    ]
    const { texts, tooLarge } = await reading(new URLSearchParams(pairs))
    expect([...texts].map(([name, [text]]) => [name, text?.length])).toEqual([
      ['first', 200_000],
      ['second', 524_288 - 400_004],
      ['third', 200_000],
      ['label', 4],
    ])
    expect(Object.fromEntries(tooLarge)).toEqual({
      second: 'All that was entered has more than 512 KB together. Only its beginning is here: shorten it.',
    })
  })

  it('keeps no more than a few of many long texts, and says of each that it is not all there', async () => {
    const pairs = Array.from({ length: 40 }, (_, place): [string, string] => [`f${place}`, 'x'.repeat(250_000)])
    const { texts, tooLarge } = await reading(new URLSearchParams(pairs))
    const lengths = [...texts.values()].map(([text = '']) => text.length)
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(524_288)
    expect([...tooLarge.keys()].length).toBe(lengths.filter((length) => length < 250_000).length)
  })
})

describe('what is refused whole', () => {
  it('is what is no form', async () => {
    expect(await reasonOf(reading('{}', { 'content-type': 'application/json' }))).toEqual([
      'body-not-form',
      { found: 'application/json' },
    ])
  })

  it.each([
    ['without a boundary', 'x', { 'content-type': 'multipart/form-data' }],
    ['without its end', '--edge\r\ncontent-disposition: form-data; name="a"\r\n\r\nb', multipart],
    ['inside a file', '--edge\r\ncontent-disposition: form-data; name="binary"; filename="a"\r\n\r\nb', multipart],
    ['that is none', 'junk', multipart],
  ])('is a form %s', async (_, body, headers) => {
    expect(await reasonOf(reading(body, headers))).toEqual([
      'body-malformed',
      { problem: 'it cannot be read as a form' },
    ])
  })

  it('is a form that breaks off', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('label=Sho'))
        controller.error(new Error('gone'))
      },
    })
    expect(await reasonOf(reading(body, urlencoded))).toEqual(['body-malformed', { problem: 'it is not all there' }])
  })

  it.each(['multipart', 'urlencoded'])('is a form of too many parts: %s', async (kind) => {
    const pairs = Array.from({ length: 10_001 }, (): [string, string] => ['a', ''])
    const sent = reading(kind === 'multipart' ? form(...pairs) : new URLSearchParams(pairs))
    expect(await reasonOf(sent)).toEqual(['body-malformed', { problem: 'it has more than 10000 parts' }])
    expect(await reasonOf(reading(new URLSearchParams(pairs.slice(1))))).toBe('read')
  })

  it('is a form with a name that nothing has, as soon as that name is read', async () => {
    const part = (name: string, fileName = '') =>
      new TextEncoder().encode(`--edge\r\ncontent-disposition: form-data; name="${name}"${fileName}\r\n\r\nb\r\n`)
    const tooLong = ['body-malformed', { problem: 'a name in it has more than 1000 characters' }]
    for (const [name, fileName] of [
      ['a'.repeat(1001)],
      ['a'.repeat(80_000)],
      ['binary', `; filename="${'a'.repeat(1001)}"`],
      ['binary', `; filename="${'a'.repeat(80_000)}"`],
    ] as const) {
      let pulled = 0
      const endless = new ReadableStream({
        pull(controller) {
          pulled += 1
          controller.enqueue(part(`${pulled}${name}`, fileName))
        },
      })
      expect(await reasonOf(reading(endless, multipart))).toEqual(tooLong)
      expect(pulled).toBeLessThan(20)
    }
    const named = form(['a'.repeat(1000), 'b'], ['binary', new File(['b'], 'a'.repeat(1000))])
    expect(await reasonOf(reading(named))).toBe('read')
  })

  it('is a form larger than anything that is read: unread where it says so, else as soon as it is', async () => {
    const announced = (length: number) => ({ ...urlencoded, 'content-length': String(length) })
    expect(await reasonOf(reading('a=b', announced(268_435_456)))).toEqual('read')
    expect(await reasonOf(reading('a=b', announced(268_435_457)))).toEqual(['body-too-large', { limit: 268_435_456 }])
    const refused = ['body-too-large', { limit: 16_777_216 }]
    expect(await reasonOf(reading('a=b', announced(16_777_217), new Map()))).toEqual(refused)
    const piece = new Uint8Array(1_048_576).fill(120)
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(piece)
      },
    })
    expect(await reasonOf(reading(endless, urlencoded, new Map()))).toEqual(refused)
    expect(pulled).toBeLessThan(20)
  })
})
