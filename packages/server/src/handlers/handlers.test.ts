import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FoundUser } from './handler-tools.ts'
import { type Handlers, handlers } from './handlers.ts'

let home: string
let folder: string
let running: Handlers

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sallyport-handlers-'))
  folder = join(home, 'handlers')
  mkdirSync(folder)
  running = handlers({ folder, code: {}, patience: 20_000 }, () => new Date())
})

afterEach(() => {
  running.stop()
  rmSync(home, { recursive: true })
})

const ada: FoundUser = {
  Id: '005000000000001AAA',
  Username: 'ada@target.example',
  Email: 'ada@corp.example',
  LastName: 'Lovelace',
  IsActive: true,
}
const findUsers = async ({ Email }: { readonly Email?: string }) => (Email === ada.Email ? [ada] : [])

/** Writes a module in one step, as an editor does: nobody sees half of it. */
function write(file: string, text: string): void {
  writeFileSync(join(home, 'new'), text)
  renameSync(join(home, 'new'), join(folder, file))
}

function ask(name: string, token = 'token', among = running) {
  return among.call(name, 'validateIncomingToken', ['App', 'CA', token, 'JWT'], findUsers)
}

/** A module whose function has this body. */
function moduleOf(body: string): string {
  return `export async function validateIncomingToken(app, appType, token, type, tools) { ${body} }`
}

describe('handlers in a folder', () => {
  it('are modules, with types or without', async () => {
    write(
      'Typed.ts',
      'export const validateIncomingToken = (app: string): { isValid: boolean; data: string } => ({ isValid: true, data: app })',
    )
    write('Plain.js', 'export default { validateIncomingToken: (app) => ({ isValid: true, data: app }) }')
    for (const name of ['Typed', 'Plain']) {
      expect(await ask(name)).toEqual({ ok: true, json: '{"isValid":true,"data":"App"}' })
    }
  })

  it('are loaded anew when they have changed, with what they import', async () => {
    write('Handler.js', moduleOf('return { isValid: false }'))
    expect(await ask('Handler')).toEqual({ ok: true, json: '{"isValid":false}' })
    write('Handler.js', moduleOf('return { isValid: true }'))
    expect(await ask('Handler')).toEqual({ ok: true, json: '{"isValid":true}' })
  })

  it('keep what they know from one call to the next', async () => {
    write('Counting.js', `let calls = 0\n${moduleOf('return { isValid: true, data: ++calls }')}`)
    await ask('Counting')
    expect(await ask('Counting')).toEqual({ ok: true, json: '{"isValid":true,"data":2}' })
  })

  it('find users of the org', async () => {
    write('Finding.js', moduleOf('return { isValid: true, data: await tools.findUsers({ Email: token }) }'))
    expect(await ask('Finding', ada.Email)).toEqual({ ok: true, json: JSON.stringify({ isValid: true, data: [ada] }) })
    expect(await ask('Finding', 'nobody')).toEqual({ ok: true, json: '{"isValid":true,"data":[]}' })
  })

  it.each([
    ['throws', moduleOf('throw new RangeError("no")'), /^validateIncomingToken threw: RangeError: no$/],
    ['cannot be read', 'export const = 1', /^it cannot be loaded: SyntaxError/],
    ['throws when it is loaded', 'throw new Error("early")', /^it cannot be loaded: Error: early$/],
    ['imports what is not there', 'import "./gone.js"', /^it cannot be loaded: Error: Cannot find module/],
    ['ends its thread', moduleOf('process.exit(0)'), /^it stopped/],
    [
      'fails where nobody catches it',
      moduleOf('setTimeout(() => { throw new Error("late") }); await new Promise(() => {})'),
      /^it stopped: an error/,
    ],
    ['takes all memory', moduleOf('const all = []; for (;;) all.push(new Array(1e6).fill(all.length))'), /^it stopped/],
  ])('give no answer when one %s, and the server goes on', async (_, text, problem) => {
    write('Bad.js', text)
    expect(await ask('Bad')).toEqual({ ok: false, problem: expect.stringMatching(problem) })
    write('Bad.js', moduleOf('return { isValid: true }'))
    expect(await ask('Bad')).toEqual({ ok: true, json: '{"isValid":true}' })
  })

  it('say when they have no such function, which is not to fail', async () => {
    write('Other.js', 'export const other = 1')
    const problem = 'it has no function validateIncomingToken'
    expect(await ask('Other')).toEqual({ ok: false, problem, isLeftOut: true })
  })

  it('are stopped when they never come to an end, even in a loop, and begin again', async () => {
    const hasty = handlers({ folder, code: {}, patience: 300 }, () => new Date())
    write('Loop.js', moduleOf('while (token === "loop") {} return { isValid: true }'))
    expect(await ask('Loop', 'fine', running)).toMatchObject({ ok: true })
    expect(await ask('Loop', 'loop', hasty)).toEqual({
      ok: false,
      problem: 'validateIncomingToken did not answer within 0.3 seconds',
    })
    hasty.stop()
    expect(await ask('Loop', 'fine', running)).toMatchObject({ ok: true })
  })

  it('are not asked by more than can be answered in time', async () => {
    write('Slow.js', moduleOf('await new Promise((resolve) => setTimeout(resolve, 100)); return { isValid: true }'))
    const calls = await Promise.all(Array.from({ length: 100 }, () => ask('Slow')))
    expect(calls.filter(({ ok }) => ok)).toHaveLength(64)
    expect(calls).toContainEqual({ ok: false, problem: 'too many requests wait for it' })
  })

  it('do not see what the server keeps its key in', async () => {
    process.env['SALLYPORT_ENCRYPTION_KEY'] = 'secret'
    write('Curious.js', moduleOf('return { isValid: "SALLYPORT_ENCRYPTION_KEY" in process.env }'))
    expect(await ask('Curious')).toEqual({ ok: true, json: '{"isValid":false}' })
    delete process.env['SALLYPORT_ENCRYPTION_KEY']
  })

  it.each(['../outside', '..', '.', '', 'Handler.js', 'a/b', 'Handler\0', '/etc/passwd', 'file:///etc/passwd'])(
    'are named by API names alone: “%s” is none',
    async (name) => {
      writeFileSync(join(home, 'outside.js'), moduleOf('return { isValid: true }'))
      write('Handler.js', moduleOf('return { isValid: true }'))
      expect(await ask(name)).toMatchObject({ ok: false, problem: expect.stringMatching(/^there is no /) })
    },
  )

  it('are files of the folder itself, and no links out of it', async () => {
    writeFileSync(join(home, 'outside.js'), moduleOf('return { isValid: true }'))
    symlinkSync(join(home, 'outside.js'), join(folder, 'Linked.js'))
    mkdirSync(join(folder, 'Folder.js'))
    for (const name of ['Linked', 'Folder', 'Missing']) {
      expect(await ask(name)).toEqual({
        ok: false,
        problem: `there is no ${name}.ts, ${name}.mjs or ${name}.js in ${folder}`,
      })
    }
  })
})
