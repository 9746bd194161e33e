import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SetupServer, startSetupServer } from './setup-server.ts'

let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

afterAll(() => setup.server.close())

const path = '/setup/audit-trail'

describe('View Setup Audit Trail', () => {
  it('says who did what, where and when; also what a command did', async () => {
    const { server, admin } = setup
    const app = await server.addApp('By_Command')
    await server.stores.actedBy(admin.user.id).apps.update({ ...app, label: 'By Admin' })
    const { html } = await admin.browser.open(path)
    const rows = html.split('<tr').map((row) => row.replaceAll(/<[^>]*>/g, ' '))
    const [changed, created] = rows.filter((row) => /By (?:Admin|Command)/.test(row))
    expect(changed).toContain('admin@target.example')
    expect(changed).toContain('2026-11-23 12:00')
    expect(created).toContain('A command or org file')
  })

  it('tells nothing of another org', async () => {
    const { server, stranger } = setup
    await server.addApp('Only_Here')
    const { html } = await stranger.browser.open(path)
    expect(html).not.toContain('Only Here')
  })

  it('is read on from the last row of a page, and is one file', async () => {
    const { server, admin } = setup
    for (let number = 0; number < 51; number += 1) await server.addPermissionSet(`Set_${number}_`)
    const first = await admin.browser.open(path)
    expect([first.html.includes('Set_50_'), first.html.includes('Set_0_')]).toEqual([true, false])
    const older = /href="([^"]*before=[^"]*)">Older/.exec(first.html)?.[1]
    const second = await admin.browser.open(older ?? 'nowhere')
    expect([second.html.includes('Set_50_'), second.html.includes('Set_0_')]).toEqual([false, true])
    const file = await admin.browser.open(`${path}/csv`)
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="SetupAuditTrail-2026-11-23.csv"')
    const lines = file.html.split('\r\n')
    expect(lines[0]).toBe('"Date","User","Action","Section","Action Name"')
    expect(lines[1]).toMatch(/^"2026-11-23T12:00:00\.000Z","A command or org file","[^"]*Set_50_/)
    expect(lines.filter((line) => line.includes('Set_'))).toHaveLength(51)
  })

  it('says what to do at the end of the list', async () => {
    const { html } = await setup.admin.browser.open(`${path}?before=1`)
    expect(html).toContain('There are no older changes')
  })
})
