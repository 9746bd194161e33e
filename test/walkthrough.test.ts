import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { files } from '../walkthroughs/postman/write.ts'
import { runPostman } from '../walkthroughs/run-postman.ts'
import { type RunningDev, startDev } from './dev.ts'

const program = fileURLToPath(new URL('../packages/cli/bin/sallyport.js', import.meta.url))
let dev: RunningDev

beforeAll(async () => {
  dev = await startDev()
})
afterAll(() => dev.stop())

/** Runs `sallyport walkthrough …` where the server runs; whoever acts as the person is told what is printed. */
async function walk(words: readonly string[], person: (printed: string) => void = () => {}) {
  const child = spawn(process.execPath, [program, 'walkthrough', ...words], {
    cwd: dev.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let noted = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    noted += chunk
    person(noted)
  })
  return { printed: await text(child.stdout), noted, status: await ended }
}

describe('the Postman collection', () => {
  it('runs as a whole with newman, with the sign-in by the forms of the real pages', async () => {
    const { run } = await runPostman(dev)
    expect(run.failures.map(({ error, source }) => `${source?.name}: ${error.message}`)).toEqual([])
    expect(run.stats.requests.total).toBe(31)
    expect(run.stats.assertions.total).toBeGreaterThan(25)
  })

  it('is written with an environment that only its owner may read', async () => {
    const file = join(dev.folder, 'postman', 'sallyport-dev.postman_environment.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it.each(Object.entries(files))('%s stands in walkthroughs/postman as it is made', (name, content) => {
    const file = new URL(`../walkthroughs/postman/${name}`, import.meta.url)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(content)))
  })
})

describe('sallyport walkthrough', () => {
  it('jwt shows each request and answer, secrets shortened, and what the server checked', async () => {
    const { printed, status } = await walk(['jwt', '--no-pause'])
    expect(status).toBe(0)
    expect(printed).toMatch(/→ POST http:\S+\/services\/oauth2\/token/)
    expect(printed).toMatch(/assertion=eyJ\S{3}… \(\d+ characters\)/)
    expect(printed).toContain("✓ The signature was made with the key of the app's certificate")
    expect(printed).toContain('"developerName": "AllAccounts"')
    expect(printed).not.toMatch(/eyJ\w{20}|00D\w{12,15}![\w.]{8}/)
  })

  it('jwt ends where it is refused, with the check that said no', async () => {
    const { printed, noted, status } = await walk(['jwt', '--no-pause', '--audience', 'https://wrong.example'])
    expect(status).toBe(1)
    expect(printed).toContain('✗ The audience (aud) names this server')
    expect(noted).toMatch(/sallyport diagnose \w+/)
  })

  it('web waits for the person, and goes on to the end of the tokens', async () => {
    let isAsked = false
    const { printed, status } = await walk(['web', '--no-pause', '--no-browser', '--json'], (noted) => {
      const [link] = /http:[^\s"\\]+\/services\/oauth2\/authorize[^\s"\\]+/.exec(noted) ?? []
      if (link === undefined || isAsked) return
      isAsked = true
      void comeBack(link)
    })
    expect(status).toBe(0)
    const { steps } = JSON.parse(printed)
    const seen = steps.flatMap((step: { exchanges: { request: { url: string }; answer: { status: number } }[] }) =>
      step.exchanges.map(
        ({ request, answer }) => `${answer.status} ${new URL(request.url).pathname.replace(/.*\//, '')}`,
      ),
    )
    expect(seen).toEqual(['200 token', '200 userinfo', '200 ', '200 listviews', '200 token', '200 revoke'])
    expect(steps[3].exchanges[0].checks.map(({ check }: { check: string }) => check)).toContain('pkce')
    expect(printed).not.toMatch(/5Aep\w{10}|00D\w{12,15}![\w.]{8}/)
  })
})

/** Plays the person, and the browser that goes to the callback URL. */
async function comeBack(link: string): Promise<void> {
  const asked = new URL(link).searchParams
  const callback = new URL(asked.get('redirect_uri') ?? '')
  callback.searchParams.set('code', await dev.approve(link))
  callback.searchParams.set('state', asked.get('state') ?? '')
  await fetch(callback)
}
