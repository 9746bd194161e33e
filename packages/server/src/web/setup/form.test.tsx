import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { check, choice, choices, file, fixed, lines, password, text, whole } from './field.tsx'
import { enteredOf, fieldRows, readFields, shownForm } from './form.tsx'
import type { SentForm } from './form-body.ts'

const options = [
  { value: 'one', label: 'One' },
  { value: 'two', label: 'Two' },
]

const fields = {
  label: text({ label: 'Label', help: 'What people see.', isRequired: true }),
  urls: lines({ label: 'Callback URL', help: 'Where to come back to.' }),
  minutes: whole({ label: 'Timeout', unit: 'minutes', help: 'How long.' }),
  isOn: check({ label: 'On', help: 'Whether it is.' }),
  kind: choice({ label: 'Kind', options, none: '--None--', help: 'Of which.' }),
  several: choices({ label: 'Several', options, help: 'All that fit.' }),
}

const secret = { current: password({ label: 'Password', autocomplete: 'current-password', help: 'Your own.' }) }
const target = { action: '/here', csrfToken: 'token-1' }

function sent(pairs: Record<string, readonly string[]>): SentForm {
  return { texts: new Map(Object.entries(pairs)), files: new Map(), tooLarge: new Map() }
}

describe('reading a form', () => {
  it('gives each field what it holds', () => {
    const reading = readFields(
      fields,
      sent({
        csrf_token: ['x'],
        label: ['  Warehouse '],
        urls: ['https://a.example/\n\n  http://b.example/ \n'],
        minutes: ['15'],
        isOn: ['on'],
        kind: ['two'],
        several: ['two', 'one', 'two'],
      }),
    )
    expect(reading).toEqual({
      outcome: 'read',
      values: {
        label: 'Warehouse',
        urls: ['https://a.example/', 'http://b.example/'],
        minutes: 15,
        isOn: true,
        kind: 'two',
        several: ['two', 'one'],
      },
    })
  })

  it('takes what is left out as empty', () => {
    expect(readFields(fields, sent({ label: ['A'] }))).toEqual({
      outcome: 'read',
      values: { label: 'A', urls: [], minutes: undefined, isOn: false, kind: '', several: [] },
    })
  })

  it('says of every field what is wrong with it', () => {
    expect(
      readFields(fields, sent({ label: [' '], minutes: ['-1'], isOn: ['yes'], kind: ['three'], several: ['four'] })),
    ).toEqual({
      outcome: 'faulty',
      problems: [
        { field: 'label', message: 'Complete this field.' },
        { field: 'minutes', message: 'Enter a whole number of minutes.' },
        { field: 'isOn', message: 'Tick it or leave it.' },
        { field: 'kind', message: 'Choose one of these.' },
        { field: 'several', message: 'There is no “four” to choose.' },
      ],
    })
  })

  it.each(['orgId', '__proto__', 'constructor', 'toString'])('takes no field that it does not have: %s', (name) => {
    const pairs = Object.fromEntries([
      ['label', ['A']],
      [name, ['x']],
    ])
    Object.defineProperty(pairs, name, { value: ['x'], enumerable: true })
    expect(readFields(fields, sent(pairs))).toEqual({ outcome: 'stranger', name })
  })

  it('takes a field once, unless it is one of several things to tick', () => {
    expect(readFields(fields, sent({ label: ['A', 'B'] }))).toEqual({ outcome: 'stranger', name: 'label' })
  })

  it('holds what is fixed, draws nothing of it, and takes none that is sent', () => {
    const one = { ...fields, kind: fixed('two') }
    expect(readFields(one, sent({ label: ['A'] }))).toMatchObject({ outcome: 'read', values: { kind: 'two' } })
    expect(readFields(one, sent({ label: ['A'], kind: ['two'] }))).toEqual({ outcome: 'stranger', name: 'kind' })
    expect(String(shownForm(one, new Map(), [], target).field('kind'))).toBe('')
    expect(fieldRows(one, { kind: 'two' }, ['kind'])).toEqual([])
  })

  it('takes no file where none is asked for', () => {
    const files = new Map([['label', { name: 'a.pem', bytes: Buffer.from('a') }]])
    const reading = readFields(fields, { texts: new Map([['label', ['A']]]), files, tooLarge: new Map() })
    expect(reading).toEqual({ outcome: 'stranger', name: 'label' })
    const withFile = { store: file({ label: 'Key store', most: 100, accepts: '.jks', help: 'It is read once.' }) }
    expect(
      readFields(withFile, {
        texts: new Map(),
        files: new Map([['store', { name: 'a.jks', bytes: Buffer.from('a') }]]),
        tooLarge: new Map(),
      }),
    ).toMatchObject({ outcome: 'read', values: { store: { name: 'a.jks' } } })
  })

  it('says of what is too large only that, and what is wrong with the rest', () => {
    const tooLarge = new Map([['label', 'This text has more than 3 bytes.']])
    const texts = new Map([
      ['label', ['']],
      ['minutes', ['soon']],
    ])
    expect(readFields(fields, { texts, files: new Map(), tooLarge })).toEqual({
      outcome: 'faulty',
      problems: [
        { field: 'label', message: 'This text has more than 3 bytes.' },
        { field: 'minutes', message: 'Enter a whole number of minutes.' },
      ],
    })
  })

  it('reads back what it wrote, whatever it was', () => {
    const word = fc.string().map((one) => one.replaceAll(/\s+/g, ' ').trim())
    const values = fc.record({
      label: word.filter((one) => one !== ''),
      urls: fc.array(word.filter((one) => one !== '')),
      minutes: fc.option(fc.integer({ min: 0, max: 999_999_999 }), { nil: undefined }),
      isOn: fc.boolean(),
      kind: fc.constantFrom('', 'one', 'two'),
      several: fc.uniqueArray(fc.constantFrom('one', 'two')),
    })
    fc.assert(
      fc.property(values, (value) => {
        const reading = readFields(fields, { texts: enteredOf(fields, value), files: new Map(), tooLarge: new Map() })
        expect(reading).toEqual({ outcome: 'read', values: value })
      }),
    )
  })
})

describe('showing a form', () => {
  it('keeps what was entered, says what is wrong beside the field, and lists it on top with a link', () => {
    const entered = new Map([
      ['label', ['<b>Mine</b>']],
      ['urls', ['https://a.example/\nftp://b.example/']],
    ])
    const problems = [
      { field: 'label', message: 'Use letters.' },
      { field: 'urls', item: 1, message: 'Use https.' },
      { field: 'elsewhere', message: 'Something else.' },
    ]
    const form = shownForm(fields, entered, problems, target)
    const label = String(form.field('label'))
    expect(label).toContain('value="&lt;b&gt;Mine&lt;/b&gt;"')
    expect(label).toContain('aria-invalid="true" aria-describedby="f-label-problem f-label-help"')
    expect(label).toContain('Use letters.')
    expect(String(form.field('urls'))).toContain('Line 2: Use https.')
    const summary = String(form.summary())
    expect(summary).toContain('3 things have to be mended')
    expect(summary).toContain('<a href="#f-label">Label</a>: Use letters.')
    expect(summary).toContain('<a href="#f-urls">Callback URL</a>, line 2: Use https.')
    expect(summary).toContain('<li>Something else.</li>')
  })

  it('tells what is wrong in the order of the fields', () => {
    const found = [
      { field: 'elsewhere', message: 'C.' },
      { field: 'several', message: 'B.' },
      { field: 'urls', item: 1, message: 'A.' },
    ]
    const text = String(shownForm(fields, new Map(), found, target).summary()).replaceAll(/<[^>]*>/g, ' ')
    expect(text.replaceAll(/\s+/g, ' ').trim()).toBe(
      '3 things have to be mended Callback URL , line 2: A. Several : B. C.',
    )
  })

  it('says that a file which was sent is to be chosen again, on top and beside its field', () => {
    const withFile = { store: file({ label: 'Key store', most: 100, accepts: '.jks', help: 'It is read once.' }) }
    const form = shownForm(withFile, new Map(), [], target, ['store'])
    expect(String(form.summary())).toContain(
      'Nothing was kept of <a href="#f-store">Key store</a>: choose the file again',
    )
    expect(String(form.field('store'))).toMatch(/aria-describedby="f-store-lost f-store-help"/)
    expect(String(shownForm(withFile, new Map(), [], target).field('store'))).not.toContain('Choose this file again')
  })

  it('never shows a secret again', () => {
    const form = shownForm(secret, new Map([['current', ['hunter2']]]), [], target)
    expect(String(form.field('current'))).not.toContain('hunter2')
  })

  it('is sent with its files only where it has a field for one', () => {
    expect(shownForm(fields, new Map(), [], target).sendsFiles).toBe(false)
    const withFile = { store: file({ label: 'Key store', most: 100, accepts: '.jks', help: 'It is read once.' }) }
    expect(shownForm(withFile, new Map(), [], target).sendsFiles).toBe(true)
  })
})

describe('what a form holds, shown without it', () => {
  const all = { ...fields, ...secret }
  const values = {
    label: 'Warehouse',
    urls: ['https://a.example/'],
    minutes: 5,
    isOn: true,
    kind: 'two',
    several: ['one'],
  }
  const shown = (name: keyof typeof all) => fieldRows(all, values, [name]).map(([label, value]) => `${label}: ${value}`)

  it('stands under the same names, in the words of the choices', () => {
    expect(shown('label')).toEqual(['Label: Warehouse'])
    expect(shown('urls')).toEqual(['Callback URL: <ul><li>https://a.example/</li></ul>'])
    expect(shown('minutes')).toEqual(['Timeout: 5 minutes'])
    expect(shown('isOn')).toEqual(['On: <span class="yes">Yes</span>'])
    expect(shown('kind')).toEqual(['Kind: Two'])
    expect(shown('several')).toEqual(['Several: <ul><li>One</li></ul>'])
  })

  it('has no secret in it', () => {
    expect(fieldRows(all, { ...values, current: 'hunter2' }, ['current'])).toEqual([['Password', undefined]])
  })
})
