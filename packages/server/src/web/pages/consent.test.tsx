import { expect, it } from 'vitest'
import { ConsentPage, type ConsentPageProps, logoOrigins } from './consent.tsx'
import { renderPage } from './page.tsx'

it('names the app, its publisher, what it asks for, the person and the org', () => {
  const page = consent({})
  expect(page).toContain('<h1>Allow Access?</h1>')
  expect(page).toContain('<strong>Warehouse</strong> is asking to:')
  expect(page).toContain('Published by <bdi>Edge</bdi>, <bdi>dev@edge.example</bdi>.')
  expect(page).toContain('<strong>Manage user data via APIs</strong><span>Read and change your records.</span>')
  expect(page).toContain('For <strong>Ada Admin</strong> in <strong>Acme</strong>')
  expect(page).toContain('ada@acme.example')
  expect(page).toContain('can revoke this access at any time')
})

it('shows the picture of the app where it has one, as nothing to be read', () => {
  const logoUrl = 'https://edge.example/logo.png?a="b'
  const page = consent({ app: { name: 'Warehouse', publisher: 'Edge', contactEmail: 'dev@edge.example', logoUrl } })
  expect(page).toContain('<img class="logo" src="https://edge.example/logo.png?a=&quot;b" alt=""')
  expect(page).toContain('referrerpolicy="no-referrer"')
  expect(logoOrigins({ logoUrl })).toEqual(['https://edge.example'])
  expect(consent({})).not.toContain('<img')
  expect(logoOrigins({})).toEqual([])
})

it('says of a scope no more than there is to say', () => {
  const page = consent({ scopes: [{ name: 'cdp_ingest_api', label: 'Manage Data Cloud Ingestion API data' }] })
  expect(page).toContain('<strong>Manage Data Cloud Ingestion API data</strong></li>')
})

it('posts the decision with the ids that scripts look for, and Deny first, so that no stray key allows', () => {
  const page = consent({})
  expect(page).toMatch(
    /<form method="post" action="\/decide" class="decision"><input type="hidden" name="csrf_token" value="csrf-1"\/><input type="hidden" name="source" value="CAAAA"\/><button [^>]*id="oadeny" name="decision" value="deny">Deny<\/button><button [^>]*id="oaapprove" name="decision" value="allow">Allow<\/button><\/form>/,
  )
})

it('offers "Not you?" as a form of its own', () => {
  expect(consent({})).toMatch(
    /<form method="post" action="\/switch"><input type="hidden" name="csrf_token" value="csrf-2"\/><input type="hidden" name="source" value="CAAAA"\/><button [^>]*id="notyou">Not you\?<\/button><\/form>/,
  )
})

it.each([
  ['https://warehouse.example:8443/cb?next=1', 'warehouse.example:8443'],
  ['https://bücher.example/cb', 'xn--bcher-kva.example'],
  ['https://acme.example@evil.example/cb', 'evil.example'],
  ['http://localhost:1717/OauthRedirect', 'this computer (localhost:1717)'],
  ['http://127.0.0.1:9999/cb', 'this computer (127.0.0.1:9999)'],
  ['http://[::1]:9999/cb', 'this computer ([::1]:9999)'],
  ['http://localhost.evil.example/cb', 'localhost.evil.example'],
  ['com.edge.warehouse:/cb', 'an app on this device (com.edge.warehouse:)'],
])('says where %s leads', (redirectUri, words) => {
  expect(consent({ goesTo: { redirectUri } })).toContain(`your browser goes to <strong>${words}</strong>`)
})

it('names a device by the code that it shows, and warns of one that is not of the person’s own', () => {
  const page = consent({ goesTo: { device: 'BCDF3479' } })
  expect(page).toContain('the device that shows the code <strong class="code">BCDF3479</strong>')
  expect(page).toContain('Choose Deny unless you see this code on a device of your own that you have just started.')
  expect(page).not.toContain('your browser goes to')
})

it("links the app's site in a new tab, without telling it where from", () => {
  expect(consent({ app: { ...app, infoUrl: 'https://edge.example/about' } })).toContain(
    '<a href="https://edge.example/about" target="_blank" rel="noopener noreferrer">More at edge.example (new tab)</a>',
  )
})

it.each(['javascript:alert(1)', 'data:text/html,x', '//edge.example', 'edge', ''])(
  'links no info URL like %s',
  (infoUrl) => {
    expect(consent({ app: { ...app, infoUrl } })).not.toContain('target="_blank"')
  },
)

it("escapes and cuts the app's own words", () => {
  const page = consent({
    app: {
      name: `<script>alert(1)</script>${'N'.repeat(999)}`,
      publisher: `<b>${'P'.repeat(999)}`,
      contactEmail: `<i>${'C'.repeat(999)}`,
      description: `<u>${'D'.repeat(999)}`,
    },
  })
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;NNN')
  expect(page).not.toMatch(/<script|<b>|<i>|<u>|N{80}|P{80}|C{120}|D{256}/)
})

it('shows no empty quotation when the app has nothing to say', () => {
  expect(consent({})).not.toContain('<blockquote')
  expect(consent({ app: { ...app, description: 'Counts boxes.' } })).toContain('<blockquote>Counts boxes.</blockquote>')
})

const app = { name: 'Warehouse', publisher: 'Edge', contactEmail: 'dev@edge.example' }

function consent(changes: Partial<ConsentPageProps>): string {
  return renderPage(
    <ConsentPage
      app={app}
      scopes={[{ name: 'api', label: 'Manage user data via APIs', hint: 'Read and change your records.' }]}
      user={{ name: 'Ada Admin', username: 'ada@acme.example' }}
      orgName="Acme"
      goesTo={{ redirectUri: 'https://warehouse.example/cb' }}
      decision={{ action: '/decide', csrfToken: 'csrf-1' }}
      source="CAAAA"
      switchUser={{ action: '/switch', csrfToken: 'csrf-2' }}
      {...changes}
    />,
  )
}
