import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const server = fileURLToPath(new URL('..', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(new URL('../../../docs/security-checks.md', import.meta.url), 'utf8')

/** The rows of the tables: a number, and what holds the server to it. */
const rows = [...page.matchAll(/^\| (S?A?[0-9]+) \| [^|]+ \| ([^|]+) \|$/gm)].map(([, number = '', held = '']) => ({
  number,
  held,
}))

const range = (from: number, to: number, letter = '') =>
  Array.from({ length: to - from + 1 }, (_, step) => `${letter}${from + step}`)

/** The tests that a row names: a file, and the titles that follow it. */
function named(held: string): readonly { readonly file: string; readonly title: string }[] {
  return [...held.matchAll(/`((?:src|test|packages)\/[^`]+\.test\.tsx?)`((?: (?:and )?“[^”]+”)+)/g)].flatMap(
    ([, file = '', titles = '']) => [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
  )
}

describe('the page of security checks', () => {
  it('has a row for every number, and no number twice', () => {
    const expected = [...range(1, 128), ...range(1, 6, 'S'), ...range(1, 80, 'A')]
    expect(rows.map(({ number }) => number)).toEqual(expected)
  })

  it.each(rows)('names for $number a test that exists, or says why there is none', ({ held }) => {
    const tests = named(held)
    expect(tests.length > 0 || held.startsWith('Why not: ')).toBe(true)
    // Nothing in quotes is left over that is no test of a file.
    expect([...held.matchAll(/“/g)]).toHaveLength(tests.length)
    for (const { file, title } of tests) {
      const path = join(file.startsWith('packages/') ? root : server, file)
      expect([file, existsSync(path)]).toEqual([file, true])
      const titles = readFileSync(path, 'utf8').replaceAll("\\'", "'")
      const isThere = [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => titles.includes(quoted))
      expect([file, title, isThere]).toEqual([file, title, true])
    }
  })
})

describe('the source of the server', () => {
  const source = join(server, 'src')
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    // What runs in browsers asks this server alone, which the policy of each page sees to (`connect-src 'self'`).
    .filter((file) => !/[/\\]browser[/\\]/.test(file) && !file.endsWith('built-assets.ts'))
    // And what the walkthrough writes for people to run elsewhere.
    .filter((file) => !file.startsWith(join('web', 'walkthrough', 'exports')))
    .map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }))
  const using = (what: RegExp) => files.filter(({ text }) => what.test(text)).map(({ file }) => file)

  it('asks nothing of other servers but auth. providers and issuers of keys, and these guarded', () => {
    // The server's own `fetch` is how programs inside the process ask it.
    expect(using(/(?<![.\w])fetch\(/)).toEqual(['sallyport.ts'])
    expect(using(/from 'node:(?:https|http2|dgram|tls|child_process)'|from 'undici'/)).toEqual([])
    // Code of whoever runs the server is apart from it, and so is what takes long: hashing.
    const ofHandlers = ['handler-thread.ts', 'handler-worker.ts'].map((file) => join('handlers', file))
    const ofPasswords = ['hashing-thread.ts', 'hashing-worker.ts'].map((file) => join('users', file))
    expect(using(/from 'node:worker_threads'/).sort()).toEqual([...ofHandlers, ...ofPasswords])
    // Where an admin says whom to believe, no redirect leads elsewhere, and no answer is endless.
    const asking = [join('auth-providers', 'ask-provider.ts'), join('handlers', 'verify-jwt.ts')]
    expect(using(/= fetch\b|customFetch/).sort()).toEqual(asking)
    expect(using(/\bfetchDocument\(/)).toEqual(['small-fetch.ts'])
    expect(using(/\b(?:httpRequest|request|get|connect)\b[^\n]* from 'node:(?:http|net)'/)).toEqual([])
  })

  it('takes randomness from node:crypto alone, and runs no text as a program', () => {
    expect(using(/Math\.random|\beval\(|new Function\(|from 'node:vm'/)).toEqual([])
  })

  it('compares what is secret in one place, in constant time', () => {
    expect(using(/timingSafeEqual/).sort()).toEqual(['secret.ts', join('users', 'password.ts')])
    // Whoever applies an org file has its hashes before them: nothing of theirs can be guessed by the time.
    const applied = join('org-file', 'apply-people.ts')
    expect(using(/(?:[sS]ecret|[hH]ash|tag|signature)\)? (?:===|!==) (?!undefined)/)).toEqual([applied])
  })
})

describe('the page of standards', () => {
  const standards = readFileSync(new URL('../../../docs/security-standards.md', import.meta.url), 'utf8')
  const numbers = new Set(rows.map(({ number }) => number))
  const items = [...standards.matchAll(/^\| ([0-9][0-9., ]*) \| [^|]+ \| ([^|]+) \|$/gm)]

  it.each(items.map(([, item = '', held = '']) => ({ item, held: held.trim() })))(
    'names for $item rows of security checks that exist',
    ({ held }) => {
      const unknown = held.split(', ').filter((number) => !numbers.has(number))
      expect(unknown).toEqual([])
    },
  )

  it('has the items of both documents', () => {
    expect(items.length).toBeGreaterThan(35)
  })
})
