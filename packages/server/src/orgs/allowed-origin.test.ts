import { describe, expect, it } from 'vitest'
import { allowsOrigin, isOriginPattern } from './allowed-origin.ts'

describe('isOriginPattern', () => {
  it.each([
    'https://app.example.com',
    'https://app.example.com:8443',
    'https://*.example.com',
    'http://localhost:3000',
  ])('takes %s', (text) => expect(isOriginPattern(text)).toBe(true))

  it.each([
    '*',
    'https://*',
    'https://*.com',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://APP.example.com',
    'https://app.example.com:443',
    'http://app.example.com',
    'https://a.*.example.com',
    'http://*.localhost',
    'null',
    'app.example.com',
    'https://user@app.example.com',
  ])('does not take %s', (text) => expect(isOriginPattern(text)).toBe(false))
})

describe('allowsOrigin', () => {
  const patterns = ['https://app.example.com', 'https://*.example.org']

  it.each(['https://app.example.com', 'https://one.example.org'])('lets %s in', (origin) => {
    expect(allowsOrigin(patterns, origin)).toBe(true)
  })

  it.each([
    'https://app.example.com.evil.example',
    'https://evil.example/https://app.example.com',
    'http://app.example.com',
    'https://example.org',
    'https://a.b.example.org',
    'https://.example.org',
    'https://evilexample.org',
    'null',
    '',
  ])('keeps %s out', (origin) => {
    expect(allowsOrigin(patterns, origin)).toBe(false)
  })
})
