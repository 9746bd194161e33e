import { expect, it } from 'vitest'
import { openActs, type TestActs } from '../../test/open-acts.ts'
import { applyOrgFile } from './apply.ts'
import { readOrgFile } from './read.ts'
import { orgEntryOf, orgFileYaml } from './write.ts'

const archive = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(100_000, 7)])
const png = Buffer.from('89504e470d0a1a0a00000000', 'hex')

const having = (mobileAppConfig: string) => `
orgs:
  - name: Acme
    connectedApps:
      - fullName: Shop
        contactEmail: dev@acme.example
        oauthConfig: { callbackUrl: https://shop.example/cb, scopes: [Api] }
        mobileAppConfig: { devicePlatform: android, ${mobileAppConfig} }
`

/** Applies an org file beside which these files stand; answers what became of the app, or what is wrong. */
async function apply(acts: TestActs, text: string, files: Readonly<Record<string, Buffer>> = {}) {
  const beside = async (name: string, most: number) => {
    const found = files[name]
    if (found === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    if (found.length > most) throw new Error(`it is longer than ${most} bytes`)
    return found
  }
  const applied = await applyOrgFile(acts, await readOrgFile(text, 'acme.yaml', beside), { allowsPasswords: true })
  if (!applied.ok) return applied.mistakes.map(({ path, message }) => `${path.replace(/.*Config\./, '')}: ${message}`)
  return applied.changes.filter(({ kind }) => kind === 'connected app').map(({ applied: how }) => how)
}

async function shopOf(acts: TestActs) {
  const org = await acts.orgs.findByName('Acme')
  const app = org && (await acts.apps.findByName(org.id, 'Shop'))
  if (org === undefined || app === undefined) throw new Error('There is no such app.')
  const bytesOf = async (field: 'applicationBinaryFile' | 'applicationIconFile') => {
    const file = app.mobile.app?.[field]
    const bytes = file && (await acts.apps.findFile(app.id, file.sha256))
    return bytes && Buffer.from(bytes)
  }
  return { org, app, binary: await bytesOf('applicationBinaryFile'), icon: await bytesOf('applicationIconFile') }
}

it('takes files that stand beside it, and files that are written into it as in metadata', async () => {
  await using acts = await openActs()
  const icon = `applicationIconFile: ${png.toString('base64')}, applicationIconFileName: shop.png`
  const text = having(`applicationBinaryFileName: mobile/shop.apk, applicationFileLength: 100004, ${icon}`)
  expect(await apply(acts, text, { 'mobile/shop.apk': archive })).toEqual(['created'])
  const shop = await shopOf(acts)
  expect(shop).toMatchObject({ binary: archive, icon: png })
  expect(shop.app.mobile.app?.applicationBinaryFile).toMatchObject({ fileName: 'shop.apk', length: 100_004 })
  expect(await apply(acts, text, { 'mobile/shop.apk': archive })).toEqual(['unchanged'])
})

it('names files when it is written, and leaves those that are there, where none stands beside it', async () => {
  await using acts = await openActs()
  await apply(acts, having('applicationBinaryFileName: shop.apk'), { 'shop.apk': archive })
  const text = orgFileYaml({ orgs: [await orgEntryOf(acts, (await shopOf(acts)).org)] })
  expect(text).toContain('applicationBinaryFileName: shop.apk')
  expect(await apply(acts, text)).toEqual(['unchanged'])
  await using elsewhere = await openActs()
  expect(await apply(elsewhere, text)).toEqual([
    'applicationBinaryFileName: There is no file “shop.apk”, and the app has none.',
  ])
})

it('takes a file away whose name is empty', async () => {
  await using acts = await openActs()
  await apply(acts, having('applicationBinaryFileName: shop.apk'), { 'shop.apk': archive })
  expect(await apply(acts, having("applicationBinaryFileName: ''"))).toEqual(['changed'])
  expect(await shopOf(acts)).toMatchObject({
    binary: undefined,
    app: { mobile: { app: { devicePlatform: 'android' } } },
  })
})

it('refuses what is no such file, or not as long as was said', async () => {
  await using acts = await openActs()
  const text = having('applicationBinaryFileName: shop.apk, applicationFileLength: 3, applicationIconFileName: a.png')
  expect(await apply(acts, text, { 'shop.apk': archive, 'a.png': archive })).toEqual([
    'applicationFileLength: The file has 100004 bytes.',
    'applicationIconFileName: “a.png” is called .png, but what is in it is none.',
  ])
})
