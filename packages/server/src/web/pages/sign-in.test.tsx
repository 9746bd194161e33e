import { expect, it } from 'vitest'
import { renderPage } from './page.tsx'
import { SignInPage, type SignInPageProps } from './sign-in.tsx'

it('names and identifies its fields as Salesforce does, so that scripts which fill them in work', () => {
  const page = signIn({})
  expect(page).toMatch(/<form method="post" action="\/"/)
  expect(page).toContain('<input type="hidden" name="csrf_token" value="csrf-1"/>')
  expect(page).toContain('<input type="hidden" name="startURL" value="/setup"/>')
  expect(page).toMatch(/<input id="username" name="username" type="text" [^>]*autocomplete="username"/)
  expect(page).toMatch(/<input id="password" name="pw" type="password" autocomplete="current-password"/)
  expect(page).toContain('<input id="rememberUn" name="rememberUn" type="checkbox"/>')
  expect(page).toContain('<button class="go" type="submit" id="Login" name="Login" value="Login">')
})

it('says where the person signs in and what for', () => {
  expect(signIn({ appName: 'Warehouse' })).toMatch(/<h1>Sign in to Acme<\/h1>.*to continue to <strong>Warehouse</)
  const place = { at: 'login-host', host: '127.0.0.1:8787' } as const
  expect(signIn({ place })).toMatch(/<h1>Sign in<\/h1>.*at 127\.0\.0\.1:8787/)
  expect(signIn({ place, appName: 'Warehouse' })).toMatch(/at 127\.0\.0\.1:8787 to continue to <strong>Warehouse</)
})

it('fills in the username and ticks "Remember me" when told so', () => {
  const page = signIn({ username: 'ada@acme.example', rememberUsername: true })
  expect(page).toMatch(/<input id="username" [^>]*value="ada@acme.example"/)
  expect(page).toContain('<input id="rememberUn" name="rememberUn" type="checkbox" checked=""/>')
})

it('never fills in a password', () => {
  expect(signIn({ problem: 'refused', username: 'ada@acme.example' })).not.toMatch(/id="password"[^>]* value=/)
})

it('announces a refusal and ties it to both fields, in words that fit every cause', () => {
  const page = signIn({ problem: 'refused' })
  expect(page).toContain('<title>Error: Sign in to Acme · Sallyport</title>')
  expect(page).toMatch(/<p class="alert" role="alert" id="sign-in-error">You could not be signed in\. Check/)
  expect(page).toMatch(/<input id="username" [^>]*aria-invalid="true" aria-describedby="sign-in-error"/)
  expect(page).toMatch(/<input id="password" [^>]*aria-invalid="true" aria-describedby="sign-in-error"/)
  expect(page).not.toMatch(/lock|inactive|frozen|unknown|hours/i)
})

it.each([
  ['username-missing', 'username', 'Enter your username.'],
  ['password-missing', 'password', 'Enter your password.'],
] as const)('shows the error %s beside its field', (problem, field, words) => {
  const page = signIn({ problem })
  const beside = new RegExp(
    `<input id="${field}" [^>]*aria-invalid="true" aria-describedby="${field}-error"/><p class="fault" id="${field}-error">${words}<`,
  )
  expect(page).toMatch(beside)
  expect(page.match(/aria-invalid/g)).toHaveLength(1)
})

it('says that the form had expired and blames no field for it', () => {
  const page = signIn({ problem: 'form-expired' })
  expect(page).toMatch(/role="alert"[^>]*>This page had been open for too long/)
  expect(page).not.toContain('aria-invalid')
})

it('lists demo users only where there are some', () => {
  const demoUsers = [{ username: 'sam@acme.example', password: 'paper lantern', note: 'May not use Warehouse' }]
  expect(signIn({ demoUsers })).toMatch(
    /<summary>Demo users<\/summary>.*May not use Warehouse.*sam@acme\.example.*paper lantern/,
  )
  expect(signIn({ demoUsers: [] })).not.toContain('<details')
  expect(signIn({})).not.toContain('<details')
})

it('escapes every text that comes from outside', () => {
  const evil = '"><script>alert(1)</script>'
  const page = signIn({ appName: evil, startUrl: evil, username: evil, place: { at: 'org', orgName: evil } })
  expect(page).not.toContain('<script')
  expect(page).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
})

it('takes less room in a popup and more under a finger', () => {
  expect(signIn({ display: 'popup' })).toContain('<body class="popup narrow">')
  expect(signIn({ display: 'touch' })).toContain('<body class="touch narrow">')
  expect(signIn({})).toContain('<body class="page narrow">')
})

function signIn(changes: Partial<SignInPageProps>): string {
  const place = { at: 'org', orgName: 'Acme' } as const
  return renderPage(<SignInPage place={place} action="/" csrfToken="csrf-1" startUrl="/setup" {...changes} />)
}
