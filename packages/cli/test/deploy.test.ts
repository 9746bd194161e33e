import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { run, temporaryFolder } from './program.ts'

const deploy = fileURLToPath(new URL('../../../deploy', import.meta.url))
const read = (...path: readonly string[]) => readFileSync(join(deploy, ...path), 'utf8')

let help: string
beforeAll(async () => {
  help = (await run(['serve', '--help'])).stdout
})

// Not options, because other users of a machine can read those.
const secrets = ['SALLYPORT_ENCRYPTION_KEY']

describe('what is deployed', () => {
  const files = ['Dockerfile', 'compose.yaml', 'sallyport.service', 'helm/sallyport/templates/deployment.yaml']

  it.each(files)('%s names environment variables that the server knows', (file) => {
    const names = [...new Set([...read(file).matchAll(/\bSALLYPORT_[A-Z_]+/g)].map(([name]) => name))]
    expect(names.length).toBeGreaterThan(1)
    const known = help.replaceAll(/\s+/g, ' ')
    expect(names.filter((name) => !secrets.includes(name) && !known.includes(name))).toEqual([])
  })

  it('the image holds all that the program needs', async () => {
    using folder = temporaryFolder()
    const copied = [...read('Dockerfile').matchAll(/^COPY --from=build \/build\/(packages\/cli\/\S+) \.\/(\S+)/gm)]
    expect(copied.length).toBe(3)
    for (const [, from = '', to = ''] of copied) {
      cpSync(join(deploy, '..', from), join(folder.path, to), { recursive: true })
    }
    const env = { SALLYPORT_DATA: join(folder.path, 'data') }
    const at = { env, cwd: folder.path, program: join(folder.path, 'bin/sallyport.js') }
    expect((await run(['org', 'create', 'Acme', '--json'], at)).json).toMatchObject({ name: 'Acme' })
    expect((await run(['--version'], at)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('compose.yaml is what Compose takes, and keeps secrets out of the environment where it can', () => {
    const { services, secrets: kept } = parse(read('compose.yaml'))
    expect(Object.keys(services)).toEqual(['database', 'node', 'proxy'])
    expect(services.node).toMatchObject({ deploy: { replicas: 2 }, read_only: true, secrets: Object.keys(kept) })
  })
})

describe('the Helm chart', () => {
  const chart = 'helm/sallyport'
  const values = parse(read(chart, 'values.yaml'))
  const schema = JSON.parse(read(chart, 'values.schema.json'))
  const templates = readdirSync(join(deploy, chart, 'templates'))

  it('uses values that there are', () => {
    const used = templates.flatMap((file) =>
      [...read(chart, 'templates', file).matchAll(/\.Values\.([\w.]+)/g)].map(([, path = '']) => path),
    )
    expect(used.length).toBeGreaterThan(15)
    for (const path of used) {
      const found = path.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), values)
      expect([path, found]).toEqual([path, expect.anything()])
    }
  })

  it('has a schema for every value, and no other', () => {
    const namesOf = (at: unknown, within: unknown, prefix = ''): readonly string[] =>
      isObject(at) && isObject(within) && within['additionalProperties'] === false
        ? Object.entries(at).flatMap(([name, value]) => {
            const properties = isObject(within['properties']) ? within['properties'] : {}
            expect([prefix + name, properties[name]]).toEqual([prefix + name, expect.anything()])
            return namesOf(value, properties[name], `${prefix}${name}.`)
          })
        : []
    namesOf(values, schema)
    expect(Object.keys(schema.properties).toSorted()).toEqual(Object.keys(values).toSorted())
  })

  it.each(templates.filter((file) => file.endsWith('.yaml')))('%s is YAML around its expressions', (file) => {
    const text = read(chart, 'templates', file)
    const begun = [...text.matchAll(/\{\{-? (?:if|range|with|define)\b/g)].length
    expect([...text.matchAll(/\{\{-? end\b/g)].length).toBe(begun)
    const plain = text
      .split('\n')
      // A line that is one expression stands for lines of its own, or for none.
      .filter((line) => !/^\s*\{\{-? (?:if|range|end|else|with)\b[^}]*\}\}$/.test(line))
      .map((line) => line.replace(/^(\s*)\{\{-? (?:include|toYaml)[^}]*\}\}$/, '$1included: true'))
      .map((line) => line.replaceAll(/\{\{-?[^}]*\}\}/g, 'x'))
      .join('\n')
    const document = parse(plain, { uniqueKeys: false })
    expect(document).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String) })
  })
})

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
