import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OrgSettings } from '../../src/orgs/org.ts'
import { rowOf, type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

beforeEach(() => setup.server.stores.orgs.update(setup.server.org))

afterAll(() => setup.server.close())

const path = '/setup/release-updates'

async function settings(): Promise<OrgSettings> {
  const found = await setup.server.stores.orgs.find(setup.server.org.id)
  if (found === undefined) throw new Error('The org is gone.')
  return found.settings
}

describe('Release Updates', () => {
  it('shows which dated changes hold in the org', async () => {
    const { html } = await setup.admin.browser.open(path)
    expect(html).toContain('<strong>latest</strong>')
    expect(rowOf(html, 'blockUninstalledApps')).toContain('In force')
    expect(rowOf(html, 'blockNewConnectedApps')).toContain('Not in force')
    expect(rowOf(html, 'endUsernamePasswordFlow')).toContain('Reported, not documented')
  })

  it('lets the org behave as another release', async () => {
    await submitForm(setup.admin, `${path}/edit`, { release: "winter '25" })
    expect((await settings()).release).toBe("Winter '25")
    expect(rowOf((await setup.admin.browser.open(path)).html, 'blockUninstalledApps')).toContain('Not in force')
    const wrong = await submitForm(setup.admin, `${path}/edit`, { release: 'Autumn' })
    expect(wrong.status).toBe(422)
    expect(wrong.html).toContain('Give latest, a day such as 2025-08-31, or a release by name')
    expect(wrong.html).toContain('value="Autumn"')
  })

  it('switches one change by itself, and lets it follow the release again', async () => {
    const one = `${path}/announcePkce`
    await submitForm(setup.admin, one, { state: 'off' })
    expect((await settings()).releaseUpdates).toEqual({ announcePkce: false })
    const { html } = await setup.admin.browser.open(path)
    expect(rowOf(html, 'announcePkce')).toMatch(/Not in force Switched by itself/)
    await submitForm(setup.admin, one, { state: 'follow' })
    expect((await settings()).releaseUpdates).toEqual({})
    expect((await setup.admin.browser.open(`${path}/unknown`)).status).toBe(404)
  })

  it('says what will break by a day', async () => {
    const { html } = await setup.admin.browser.open(`${path}?at=2027-07-01`)
    expect(rowOf(html, 'No connected app can be made')).toContain('Target')
    await submitForm(setup.admin, `${path}/blockNewConnectedApps`, { state: 'off' })
    const without = await setup.admin.browser.open(`${path}?at=2027-07-01`)
    expect(without.html).not.toContain('No connected app can be made')
    const none = await setup.admin.browser.open(`${path}?at=2023-01-01`)
    expect(none.html).toContain('By 2023-01-01 nothing changes for this org')
    expect((await setup.admin.browser.open(`${path}?at=soon`)).html).toContain('That is no day.')
  })

  it('is not for those who may not see Setup', async () => {
    expect((await setup.standard.browser.open(path)).status).toBe(403)
  })
})
