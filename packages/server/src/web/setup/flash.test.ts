import { describe, expect, it } from 'vitest'
import { cookiesAt } from '../cookies.ts'
import { flashCookie, takeFlash } from './flash.ts'

const browser = {
  session: undefined,
  unverified: undefined,
  partial: undefined,
  formSecret: 'secret-of-this-browser',
  cookieNames: cookiesAt('http://localhost:8787'),
  newCookies: [],
}

function carried(setCookie: string): string {
  return setCookie.split(';')[0] ?? ''
}

describe('a message for the next page', () => {
  it('is said once', () => {
    const cookie = flashCookie(browser, { kind: 'warning', text: 'Saved, but „mind“ this.' })
    expect(takeFlash(browser, carried(cookie))).toEqual({
      flash: { kind: 'warning', text: 'Saved, but „mind“ this.' },
      cookies: ['browser-8787-flash=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'],
    })
    expect(takeFlash(browser, undefined)).toEqual({ flash: undefined, cookies: [] })
  })

  it('is not said when somebody else made it, or changed it', () => {
    const cookie = carried(flashCookie({ ...browser, formSecret: 'another' }, { kind: 'success', text: 'Call 0900…' }))
    expect(takeFlash(browser, cookie).flash).toBeUndefined()
    const own = carried(flashCookie(browser, { kind: 'success', text: 'Saved.' }))
    expect(takeFlash(browser, own.replace('=', '=x')).flash).toBeUndefined()
  })
})
