import { expect, it } from 'vitest'
import { HomePage } from './home.tsx'
import { renderPage } from './page.tsx'

it('says who is signed in, offers the ways on, and signs out by a form', () => {
  const page = renderPage(
    <HomePage
      placeName="Acme"
      visitor={{
        signedIn: true,
        name: 'Ada <Admin>',
        username: 'ada@acme.example',
        orgName: 'Acme',
        profileName: 'System Administrator',
        signOut: { action: '/secur/logout.jsp', csrfToken: 'csrf-1' },
      }}
      links={[{ href: '/setup', label: 'Setup', hint: 'Users and apps' }]}
    />,
  )
  expect(page).toContain('You are signed in as <strong>Ada &lt;Admin&gt;</strong>')
  expect(page).toContain('<dt>Profile</dt><dd>System Administrator</dd>')
  expect(page).toContain('<a href="/setup">Setup</a><span>Users and apps</span>')
  expect(page).toMatch(
    /<form method="post" action="\/secur\/logout\.jsp"><input type="hidden" name="csrf_token" value="csrf-1"\/>/,
  )
})

it('leads a visitor to the sign-in page', () => {
  const page = renderPage(
    <HomePage placeName="Acme" visitor={{ signedIn: false, signInUrl: '/?startURL=%2F' }} links={[]} />,
  )
  expect(page).toContain('<a class="go" href="/?startURL=%2F">Sign in</a>')
  expect(page).not.toMatch(/<form|<nav/)
})
