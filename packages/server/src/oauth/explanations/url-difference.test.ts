import { describe, expect, it } from 'vitest'
import { closestUrl } from './url-difference.ts'

const registered = 'https://app.example/cb'

describe('the difference between a URL and the closest one registered', () => {
  it.each([
    ['https://app.example/cb/', 'yours ends in a slash, the other does not'],
    ['http://app.example/cb', 'the scheme: yours is “http”, the other is “https”'],
    ['https://app.example:8443/cb', 'the port: yours is “8443”, the other has none'],
    ['https://app.example:443/cb', 'the port: yours is “443”, the other has none'],
    ['https://App.example/cb', 'capital letters in the host: yours is “App.example”, the other is “app.example”'],
    ['https://app.example/CB', 'capital letters in the path: yours is “/CB”, the other is “/cb”'],
    ['https://www.app.example/cb', 'the host: yours is “www.app.example”, the other is “app.example”'],
    ['https%3A%2F%2Fapp.example%2Fcb', 'yours is percent-encoded once too often'],
    [' https://app.example/cb\n', 'one has a space or a line break around it'],
    ['https://app.example//cb', 'the path: yours is “//cb”, the other is “/cb”: one has two slashes in a row'],
    ['https://app.example/%63b', 'yours is percent-encoded once too often'],
    ['https://app.example/cb?from=a', 'the query string: yours is “?from=a”, the other has none'],
    ['https://app.example/cb#top', 'the fragment: yours is “#top”, the other has none'],
    ['https://app.example/callback', 'the path: yours is “/callback”, the other is “/cb”'],
  ])('of %j', (found, difference) => {
    expect(closestUrl(found, [registered])).toMatchObject({ url: registered, differences: [difference] })
  })

  it('tells a slash that is missing from one too many', () => {
    const { differences } = closestUrl('https://app.example', ['https://app.example/']) ?? {}
    expect(differences).toEqual(['the other ends in a slash, yours does not'])
  })

  it('tells that the registered one is the encoded one', () => {
    const { differences } = closestUrl('https://app.example/a b', ['https://app.example/a%20b']) ?? {}
    expect(differences).toEqual(['the other is percent-encoded and yours is not'])
  })

  it('names the loopback addresses as two texts for one machine', () => {
    const { differences } = closestUrl('http://127.0.0.1:9999/cb', ['http://localhost:9999/cb']) ?? {}
    expect(differences).toEqual([
      'the host: yours is “127.0.0.1”, the other is “localhost”, which is the same machine and yet another text',
    ])
  })

  it('reads private schemes and addresses in brackets', () => {
    expect(closestUrl('com.app:/CB', ['com.app:/cb'])?.differences).toEqual([
      'capital letters in the path: yours is “/CB”, the other is “/cb”',
    ])
    expect(closestUrl('http://[::1]:81/cb', ['http://[::1]:80/cb'])?.differences).toEqual([
      'the port: yours is “81”, the other is “80”',
    ])
  })

  it('names every part that differs', () => {
    expect(closestUrl('http://app.example:80/cb/', [registered])?.differences).toEqual([
      'the scheme: yours is “http”, the other is “https”',
      'the port: yours is “80”, the other has none',
      'yours ends in a slash, the other does not',
    ])
  })

  it('chooses the one that differs least, and of equals the one with the longer start in common', () => {
    const urls = ['https://other.example/cb', 'http://localhost:1717/OauthRedirect', 'https://app.example/oauth/done']
    expect(closestUrl('http://localhost:8080/OauthRedirect', urls)?.url).toBe('http://localhost:1717/OauthRedirect')
    expect(closestUrl('https://app.example/oauth/dome', urls)?.url).toBe('https://app.example/oauth/done')
    expect(
      closestUrl('https://app.example/oauth/x', ['https://app.example/a', 'https://app.example/oauth/'])?.url,
    ).toBe('https://app.example/oauth/')
  })

  it('is nothing where nothing is registered', () => {
    expect(closestUrl('https://app.example/cb', [])).toBeUndefined()
  })
})
