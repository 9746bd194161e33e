import { expect, it } from 'vitest'
import { findSignInForm } from './html-form.ts'

it('finds the form that asks for a password, with what it sends by itself', () => {
  const page = `<form action="/search"><input name="q"></form>
    <form method=post action="/login?a=1&amp;b=2">
      <input type="hidden" name="token" value="&quot;x&#39;"><input type=hidden name=empty>
      <label>Username <input name="un" autocomplete="username"></label>
      <input id="pw" type="password" name="pw" required><input type="checkbox" name="remember">
      <button name="go">Log In</button>
    </form>`
  expect(findSignInForm(page)).toEqual({
    action: '/login?a=1&b=2',
    fields: { token: `"x'`, empty: '' },
    typed: [
      { name: 'un', type: 'text' },
      { name: 'pw', type: 'password' },
    ],
  })
})

it('finds none on a page that asks for no password', () => {
  expect(findSignInForm('<form><input name="user"></form>')).toBeUndefined()
})
