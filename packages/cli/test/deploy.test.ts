import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { BlockList } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { encryptionKeyCommandVariable, encryptionKeyVariable } from '../src/data-folder.ts'
import { run, temporaryFolder } from './program.ts'

const deploy = fileURLToPath(new URL('../../../deploy', import.meta.url))
const read = (...path: readonly string[]) => readFileSync(join(deploy, ...path), 'utf8')

let help: string
beforeAll(async () => {
  help = (await run(['serve', '--help'])).stdout
})

// Not options, because other users of a machine can read those.
const secrets = [encryptionKeyVariable, encryptionKeyCommandVariable]

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

  it('compose.yaml keeps secrets in files, which alone a container may have that writes nowhere', () => {
    const { services, secrets: kept } = parse(read('compose.yaml'))
    expect(Object.keys(services)).toEqual(['database', 'node', 'proxy'])
    expect(services.node).toMatchObject({ deploy: { replicas: 2 }, read_only: true, secrets: Object.keys(kept) })
    const page = readFileSync(join(deploy, '../docs/operations/containers.md'), 'utf8')
    for (const { file } of Object.values<{ file: string }>(kept)) expect(page).toContain(file.replace('./', 'deploy/'))
    expect(JSON.stringify(services)).not.toMatch(/PASSWORD"|_KEY"/)
  })

  it('the nodes of compose.yaml believe its proxy, and nobody else who may be at another address', () => {
    const { services, networks } = parse(read('compose.yaml'))
    const address = services.proxy.networks.default.ipv4_address
    expect(services.node.environment.SALLYPORT_TRUSTED_PROXY).toBe(address)
    const [{ subnet, ip_range: given }] = networks.default.ipam.config
    const holds = (range: string) => {
      const [start = '', length = ''] = range.split('/')
      const list = new BlockList()
      list.addSubnet(start, Number(length))
      return list.check(address)
    }
    expect([holds(subnet), holds(given)]).toEqual([true, false])
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

  it.runIf(hasHelm)('passes Helm’s own checks, and becomes manifests with the values that are given', () => {
    using folder = temporaryFolder()
    const helm = unpackedHelm(folder.path)
    const at = join(deploy, chart)
    const asked = (...words: readonly string[]) =>
      execFileSync(helm, words, { encoding: 'utf8', env: { HOME: folder.path }, stdio: ['ignore', 'pipe', 'pipe'] })
    expect(asked('lint', '--strict', at)).toContain('0 chart(s) failed')
    const rendered = (...settings: readonly string[]) => {
      const given = settings.flatMap((setting) => ['--set', setting])
      const manifests = asked('template', 'login', at, '--kube-version', '1.30.0', ...given)
      return parseAllDocuments(manifests).map((document) => document.toJS())
    }
    const kinds = ['ConfigMap', 'Deployment', 'PodDisruptionBudget', 'Service']
    expect(rendered().map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds))
    const proxied = ['ingress.enabled=true', 'ingress.tlsSecret=login', 'trustedProxies={10.0.0.1}', 'image.tag=1.2.3']
    const all = rendered(...proxied, 'publicUrl=https://login.acme.example', 'replicas=3')
    expect(all).toHaveLength(kinds.length + 1)
    expect(all.find(({ kind }) => kind === 'Ingress').spec.tls).toMatchObject([{ secretName: 'login' }])
    const { replicas, template } = all.find(({ kind }) => kind === 'Deployment').spec
    expect([replicas, template.spec.containers[0].image]).toEqual([3, 'sallyport:1.2.3'])
    const { data } = all.find(({ kind }) => kind === 'ConfigMap')
    expect(parse(data['sallyport.yaml'])).toMatchObject({
      'public-url': 'https://login.acme.example',
      'trusted-proxy': ['10.0.0.1'],
      'metrics-port': 9464,
    })
    expect(() => rendered('replicas=none')).toThrow('Invalid type. Expected: integer')
  })
})

// What the package has is a program for such machines alone.
const hasHelm = process.platform === 'linux' && process.arch === 'x64'

/** Helm itself, which an npm package brings along. */
function unpackedHelm(folder: string): string {
  const packed = createRequire(import.meta.url).resolve('@aws-cdk/asset-kubectl-v20/lib/layer.zip')
  const { 'helm/helm': program } = unzipSync(readFileSync(packed), { filter: ({ name }) => name === 'helm/helm' })
  if (program === undefined) throw new Error('There is no Helm in that package any more.')
  const path = join(folder, 'helm')
  writeFileSync(path, program, { mode: 0o700 })
  return path
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
