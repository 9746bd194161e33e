import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { openActs } from '../../test/open-acts.ts'
import { applyOrgFile } from './apply.ts'
import { openOrgFile, readOrgFile } from './read.ts'

const nothingBeside = () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }))

async function mistakes(text: string): Promise<readonly string[]> {
  const file = await readOrgFile(text, 'acme.yaml', nothingBeside)
  return file.mistakes.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`)
}

describe('readOrgFile', () => {
  it('reads JSON as well as YAML', async () => {
    const json = '{\n\t"orgs": [\n\t\t{"name": "Acme", "port": 8789}\n\t]\n}'
    const file = await readOrgFile(json, 'acme.json', nothingBeside)
    expect(file.mistakes).toEqual([])
    expect(file.orgs).toMatchObject([{ path: ['orgs', 0], entry: { name: 'Acme', port: 8789 } }])
  })

  it('names file, line, column and path', async () => {
    const file = await readOrgFile('orgs:\n  - name: Acme\n    port: high\n', 'conf/acme.yaml', nothingBeside)
    expect(file.mistakes).toEqual([
      { file: 'conf/acme.yaml', line: 3, column: 11, path: 'orgs[0].port', message: 'Give a port from 1 to 65535.' },
    ])
  })

  it.each([
    ['', ['1:1 : The file is empty.']],
    ['just text', ['1:1 : An org file has one field, “orgs”, with a list.']],
    ['orgs: 5', ['1:7 orgs: An org file has a list of orgs: orgs: [ … ].']],
    ['orgs: []\norg: []', ['2:1 org: An org file has one field, “orgs”.']],
    ['orgs: [{ name: A }, 7]', ['1:21 orgs[1]: Give fields, not a number.']],
    ['orgs: [{}]', ['1:8 orgs[0].name: “name” is missing.']],
    ['orgs: [{ name: null }]', ['1:16 orgs[0].name: There is no value. Give one, or leave the field out.']],
    [
      'orgs: [{ name: A, type: Sandbox }]',
      ['1:25 orgs[0].type: Choose one of production, sandbox, scratch. Did you mean “sandbox”?'],
    ],
    ['orgs: [{ name: A, users: { a: 1 } }]', ['1:26 orgs[0].users: Give a list, not fields.']],
    ['orgs: [{ name: A, name: B }]', ['1:19 orgs[0].name: The field “name” is here twice.']],
    ['orgs: [{ name: A, __proto__: { x: 1 } }]', ['1:19 orgs[0].__proto__: An org has no field “__proto__”.']],
    ['orgs: [{ ? [a] : 1, name: A }]', ['1:12 orgs[0]: The name of a field must be one line of text.']],
    [
      'orgs:\n  - name: A\n\tport: 1',
      [expect.stringContaining('3:1 : This is not YAML: Tabs are not allowed as indentation')],
    ],
    ['orgs: [', [expect.stringContaining('1:8 : This is not YAML')]],
    ['a: 1\n---\nb: 2', ['2:1 : The file holds more than one document (---).']],
    ['orgs: &o [*o]', ['1:10 orgs[0]: With its aliases (*name) written out, the file is too long.']],
  ])('says what is wrong with %j', async (text, expected) => {
    expect(await mistakes(text)).toEqual(expected)
  })

  it.each([
    '12345678',
    '!Sup3rSecret',
    '>Sup3rSecret x',
    '*Sup3rSecret',
    '&Sup3rSecret',
    '@Sup3rSecret',
    '%Sup3rSecret',
    '`Sup3rSecret',
  ])('does not repeat a password that is written without its quotes: %s', async (password) => {
    const text = `orgs:\n  - name: Acme\n    users:\n      - password: ${password}\n        lastName: Admin\n`
    const found = await mistakes(text)
    expect(found.length).toBeGreaterThan(0)
    expect(found.join('\n')).not.toMatch(/12345678|Sup3rSecret/)
  })

  it('follows aliases, and points at what they stand for', async () => {
    const text = 'orgs:\n  - &acme { name: Acme, port: 1.5 }\n  - *acme\n'
    const port = 'Give a port from 1 to 65535.'
    expect(await mistakes(text)).toEqual([`2:31 orgs[0].port: ${port}`, `2:31 orgs[1].port: ${port}`])
  })

  it('takes no more of a hostile file than a moment', async () => {
    const bombs = [
      '['.repeat(500_000),
      '{a: '.repeat(200_000),
      '? '.repeat(200_000),
      '- '.repeat(200_000),
      '&a '.repeat(100_000),
      Array.from({ length: 40_000 }, (_, number) => `k${number}: 1`).join('\n'),
      `orgs: [{ ${Array.from({ length: 20_000 }, (_, number) => `k${number}: 1`).join(', ')} }]`,
      `orgs: [${'{},'.repeat(20_000)}]`,
      `orgs: [{ name: A, users: [${'{ lastName: 5 },'.repeat(5000)}] }]`,
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghijk'].map((name, number) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[number]}`).join()}]`).join('\n')}`,
      'x'.repeat(2_000_000),
    ]
    for (const bomb of bombs) {
      // Time of the processor, which a busy machine does not change.
      const before = process.threadCpuUsage()
      const found = await mistakes(bomb)
      expect(process.threadCpuUsage(before).user, bomb.slice(0, 40)).toBeLessThan(5_000_000)
      expect(found.length).toBeGreaterThan(0)
      expect(found.length).toBeLessThanOrEqual(200)
    }
  })

  it('never throws, whatever it is given, and whatever can be read can be applied or refused', async () => {
    await using acts = await openActs()
    const fragment = fc.constantFrom(
      ...[
        'orgs:',
        '\n',
        ' ',
        '  - ',
        'name: Acme',
        'users:',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '*a',
        '&a',
        '"',
        "'",
        '|',
        '>',
        '!!x',
      ],
      ...[
        'connectedApps:',
        'oauthConfig:',
        'fullName: X',
        'null',
        '1',
        'true',
        '~',
        '%',
        '@',
        '#',
        '---',
        '...',
        '\t',
        '__proto__: 1',
      ],
    )
    const text = fc.oneof(
      fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
      anyText({ maxLength: 60 }),
      fc
        .json()
        .map((json) => `{"orgs": [{"name": "A", "users": ${json}, "connectedApps": [${json}], "records": ${json}}]}`),
      fc.json(),
    )
    await fc.assert(
      fc.asyncProperty(text, async (some) => {
        const file = await readOrgFile(some, 'junk.yaml', nothingBeside)
        for (const { line, column } of file.mistakes) expect(Math.min(line, column)).toBeGreaterThanOrEqual(1)
        const application = await applyOrgFile(acts, file, { allowsPasswords: true })
        if (!application.ok) expect(application.mistakes.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })
})

describe('openOrgFile', () => {
  it('finds files beside the org file, and says which it cannot read and why', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-org-file-'))
    try {
      await mkdir(join(folder, 'certs'))
      await writeFile(join(folder, 'certs', 'a.crt'), 'a certificate')
      await writeFile(join(folder, 'certs', 'long.crt'), 'x'.repeat(100_000))
      const path = join(folder, 'acme.yaml')
      const names = ['certs/a.crt', 'certs/none.crt', 'certs', 'certs/long.crt', '/dev/zero', 'a\\0b']
      const certificates = names.map((name) => `{ name: A, certificateFile: "${name}" }`)
      await writeFile(path, `orgs:\n- name: Acme\n  certificates:\n  - ${certificates.join('\n  - ')}\n`)
      const file = await openOrgFile(path)
      expect(file.orgs[0]?.certificates[0]).toMatchObject({ certificate: 'a certificate' })
      expect(file.mistakes.map(({ line, message }) => `${line} ${message}`)).toEqual([
        '5 “certs/none.crt” cannot be read: there is no such file.',
        '6 “certs” cannot be read: it is no file.',
        '7 “certs/long.crt” cannot be read: it is longer than 65536 bytes.',
        '8 “/dev/zero” cannot be read: it is no file.',
        expect.stringContaining('9 “a'),
      ])
      expect((await openOrgFile(join(folder, 'none.yaml'))).mistakes).toEqual([
        expect.objectContaining({ line: 1, message: '“none.yaml” cannot be read: there is no such file.' }),
      ])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
