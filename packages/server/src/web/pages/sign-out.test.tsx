import { expect, it } from 'vitest'
import { renderPage } from './page.tsx'
import { SignOutPage } from './sign-out.tsx'
import { SignedOutPage } from './signed-out.tsx'

const question = {
  user: { name: 'Ada Admin', username: 'ada@acme.example' },
  orgName: 'Acme',
  stayUrl: '/',
  action: '/secur/logout.jsp',
  csrfToken: 'csrf-1',
}

it('asks before it signs out, and offers to stay', () => {
  const page = renderPage(<SignOutPage {...question} />)
  expect(page).toContain('<h1>Sign out of Acme?</h1>')
  expect(page).toContain('You are signed in as <strong>Ada Admin</strong>')
  expect(page).toMatch(
    /<form method="post" action="\/secur\/logout\.jsp" class="decision"><input type="hidden" name="csrf_token" value="csrf-1"\/>/,
  )
  expect(page).toContain('<a class="stay" href="/">Stay signed in</a>')
  expect(page).toMatch(/<button [^>]*name="decision" value="sign-out">Sign out</)
})

it('names the app that sent the person, escaped', () => {
  expect(renderPage(<SignOutPage {...question} appName="<b>Warehouse" />)).toContain(
    '<strong>&lt;b&gt;Warehouse</strong> sent you here to sign out.',
  )
  expect(renderPage(<SignOutPage {...question} />)).not.toContain('sent you here')
})

it('tells who has signed out what that means for the apps, and how to come back', () => {
  const page = renderPage(<SignedOutPage signInUrl="/?un=ada" />)
  expect(page).toContain('Apps that you have allowed keep their access until it is revoked.')
  expect(page).toContain('<a class="go" href="/?un=ada">Sign in</a>')
})
