import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('../src', import.meta.url))

// Top to bottom. A file imports from its own folder or one further down.
const floors = [
  'sallyport',
  'web',
  'demo',
  'org-file',
  'org-setup',
  'oauth',
  'oidc',
  'rest',
  'auth-providers',
  'saml',
  'tokens',
  'sessions',
  'token-exchange',
  'named-credentials',
  'connected-apps',
  'users',
  'certificates',
  'orgs',
  'releases',
  'handlers',
  'metrics',
  'journal',
  'basics',
]

// What stands at the top of `src/`: the entry and the wiring know everyone, the basics know each other.
const entries = ['index.ts', 'sallyport.ts']
const isTest = (file: string) => /\.test\.tsx?$/.test(file)
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !isTest(file),
)

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(source, file), 'utf8')
  return [...text.matchAll(/^(?:import|export)[^'"]*?from '([^']+)'|^import '([^']+)'/gm)].map(
    ([, named, bare]) => named ?? bare ?? '',
  )
}

function folderOf(file: string): string {
  const [folder, ...rest] = file.split(sep)
  if (rest.length > 0) return folder ?? ''
  return entries.includes(file) || file === 'options.ts' ? 'sallyport' : 'basics'
}

describe('the downhill rule', () => {
  it('has a floor for every folder', () => {
    const folders = new Set(files.map(folderOf))
    folders.delete('stores')
    expect([...folders].filter((folder) => !floors.includes(folder))).toEqual([])
  })

  it('lets a file import from its own folder or one further down', () => {
    const uphill = files
      .filter((file) => folderOf(file) !== 'stores')
      .flatMap((file) =>
        importsOf(file)
          .filter((path) => path.startsWith('.'))
          .map((path) => normalize(join(dirname(file), path)))
          .filter((target) => folderOf(target) !== 'stores')
          .filter((target) => floors.indexOf(folderOf(target)) < floors.indexOf(folderOf(file)))
          .map((target) => `${file} → ${target}`),
      )
    expect(uphill).toEqual([])
  })

  it('lets only the wiring and the entry import stores', () => {
    const found = files
      .filter((file) => folderOf(file) !== 'stores' && !entries.includes(file))
      .filter((file) => importsOf(file).some((path) => path.includes('/stores/')))
    expect(found).toEqual([])
  })

  it('lets only web import the HTTP framework, only stores SQL, only certificates X.509, only saml signatures in XML', () => {
    const owners = [
      [/^(?:hono|@hono\/|uqr|@fastify\/busboy)/, 'web'],
      [/^(?:kysely|node:sqlite|pg)/, 'stores'],
      [/^(?:prom-client|@opentelemetry\/)/, 'metrics'],
      [/^(?:@peculiar\/x509|reflect-metadata)/, 'certificates'],
      [/^xml-crypto/, 'saml'],
    ] as const
    const strangers = files.flatMap((file) =>
      importsOf(file)
        .filter((path) => owners.some(([library, owner]) => library.test(path) && folderOf(file) !== owner))
        .map((path) => `${file} → ${path}`),
    )
    expect(strangers).toEqual([])
  })

  it('has one entry and no folder for leftovers', () => {
    const leftovers = /(?:^|[/\\])(?:utils?|helpers?|common|core|types|constants)(?:\.tsx?$|[/\\])/
    expect(files.filter((file) => leftovers.test(file) || /[/\\]index\.tsx?$/.test(file))).toEqual([])
  })

  it('says what it means without casts', () => {
    const casts = files.flatMap((file) =>
      readFileSync(join(source, file), 'utf8')
        .split('\n')
        .map((line) => line.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''"))
        .filter(
          (line) =>
            /\bas (?!const\b)[A-Z{(]|\bas (?:any|unknown|string|number)\b/.test(line) &&
            !/^\s*(?:\*|\/\/|\/\*)/.test(line),
        )
        .filter((line) => !/\[\w+ in |^(?:import|export)|^\s*type? ?\w+ as \w+,?$/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect(casts).toEqual([])
  })
})
