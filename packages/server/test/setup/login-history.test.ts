import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoginAttempt } from '../../src/sessions/login-history.ts'
import { type SetupServer, startSetupServer } from './setup-server.ts'

let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

afterAll(() => setup.server.close())

const path = '/setup/login-history'

async function attempt(details: Partial<LoginAttempt>): Promise<void> {
  await setup.server.stores.loginHistory.add({
    orgId: setup.server.org.id,
    userId: setup.standard.user.id,
    at: setup.server.now(),
    loginType: 'Oauth2',
    loginSubType: 'oauthassertionflow',
    status: 'Success',
    application: 'Warehouse',
    sourceIp: '192.0.2.7',
    loginUrl: 'http://localhost:8789',
    browser: 'Unknown',
    ...details,
  })
}

function open(query = '') {
  return setup.admin.browser.open(path + query)
}

async function csv(query = ''): Promise<readonly string[]> {
  const { html } = await open(`/csv${query}`)
  return html.split('\r\n')
}

describe('Login History', () => {
  it('shows who signed in, from where, by what and how it ended', async () => {
    await attempt({ status: 'Failed: Signature Invalid', sourceIp: '198.51.100.4' })
    const { html } = await open()
    for (const shown of ['user@target.example', '198.51.100.4', 'Remote Access 2.0', 'Failed: Signature Invalid']) {
      expect(html).toContain(shown)
    }
    expect(html).not.toContain('admin@other.example')
  })

  it('knows nobody of another org', async () => {
    const unknown = await open('?user=nobody%40other.example')
    const foreign = await open('?user=admin%40other.example')
    expect(unknown.html).toContain('This org has no user')
    expect(foreign.html.replaceAll('admin@other', 'nobody@other').replaceAll('admin%40other', 'nobody%40other')).toBe(
      unknown.html,
    )
    expect(await csv('?user=admin%40other.example')).toHaveLength(2)
  })

  it('shows the list whatever stands in the address', async () => {
    const { status, html } = await open('?before=x&status=nothing&type=nothing&from=2026-99-99&to=soon')
    expect([status, html.includes('user@target.example')]).toEqual([200, true])
  })

  it('is read on from the last row of a page, with its filter', async () => {
    for (let number = 0; number < 51; number += 1) {
      await attempt({ application: `Run ${number}.`, status: 'Restricted IP' })
    }
    const first = await open('?status=Restricted+IP')
    expect([first.html.includes('Run 50.'), first.html.includes('Run 0.')]).toEqual([true, false])
    const older = /href="([^"]*before=[^"]*)">Older/.exec(first.html)?.[1]?.replaceAll('&amp;', '&')
    const second = await setup.admin.browser.open(older ?? 'nowhere')
    expect([second.html.includes('Run 50.'), second.html.includes('Run 0.')]).toEqual([false, true])
    expect(second.html).toContain(`href="${path}?status=Restricted+IP">Newest</a>`)
  })

  it('is a file of what the filter lets through, in which no spreadsheet computes', async () => {
    await attempt({ status: 'User is frozen', browser: '=HYPERLINK("https://evil.example")' })
    const { headers } = await open('/csv?status=User+is+frozen')
    expect(headers.get('content-type')).toBe('text/csv;charset=UTF-8')
    expect(headers.get('content-disposition')).toBe('attachment; filename="LoginHistory-2026-11-23.csv"')
    const [heading, line, ...rest] = await csv('?status=User+is+frozen&before=1')
    expect(heading).toMatch(/^"Username","Login Time","Source IP"/)
    expect(line).toMatch(/^"user@target\.example","2026-11-23T12:00:00\.000Z","192\.0\.2\.7","Remote Access 2\.0"/)
    expect(line).toContain('"\'=HYPERLINK(""https://evil.example"")"')
    expect(rest).toEqual([''])
  })

  it('is filtered by user, status, type and days', async () => {
    await attempt({ at: new Date('2026-12-01T23:59:00Z'), application: 'Late on the first' })
    await attempt({ at: new Date('2026-12-02T00:01:00Z'), application: 'Early on the second', status: 'Login invalid' })
    const found = async (query: string) => {
      const { html } = await open(query)
      return ['Late on the first', 'Early on the second', 'admin@target.example</a>'].map((text) => html.includes(text))
    }
    expect(await found('?from=2026-12-01&to=2026-12-01')).toEqual([true, false, false])
    expect(await found('?from=2026-12-02&to=2026-12-02')).toEqual([false, true, false])
    expect(await found('?status=Login+invalid')).toEqual([false, true, false])
    expect(await found('?status=failed')).toEqual([false, true, false])
    expect(await found('?status=Success&user=USER%40target.example')).toEqual([true, false, false])
    expect(await found('?type=Application&user=admin%40target.example')).toEqual([false, false, true])
    expect((await open('?from=2020-01-01&to=2020-01-02')).html).toContain('No attempt is found')
  })
})
