import { describe, expect, it } from 'vitest'
import { pageUrlProblem } from './web-url.ts'

describe('pageUrlProblem', () => {
  it.each([
    'https://acme.example',
    'https://acme.example:8443/logo.png?size=128#top',
    'http://localhost:3000/',
    'http://127.0.0.1/',
    'http://[::1]:3000/',
    'https://xn--bcher-kva.example/',
    'https://192.0.2.1/',
  ])('takes %s', (url) => {
    expect(pageUrlProblem(url)).toBeUndefined()
  })

  it.each([
    ['', 'Enter a URL.'],
    ['acme.example', 'begins with its scheme'],
    ['//acme.example/', 'begins with its scheme'],
    ['/setup', 'begins with its scheme'],
    ['javascript:alert(1)', 'a slash at its beginning'],
    ['javascript://acme.example/%0aalert(1)', 'control characters'],
    ['javascript://acme.example/', 'Use https.'],
    ['data:text/html,x', 'a slash at its beginning'],
    ['ftp://acme.example/', 'Use https.'],
    ['https:/acme.example', 'comes the name of a host'],
    ['https:///acme.example', 'comes the name of a host'],
    ['http://acme.example/', 'Plain http is for localhost'],
    ['http://localhost.acme.example/', 'Plain http is for localhost'],
    ['http://127.0.0.1.acme.example/', 'Plain http is for localhost'],
    ['http://127.0.0.2/', 'Plain http is for localhost'],
    ['http://127.1/', 'Write the host as it is: 127.0.0.1.'],
    ['http://2130706433/', 'Write the host as it is: 127.0.0.1.'],
    ['http://0x7f.0.0.1/', 'Write the host as it is: 127.0.0.1.'],
    ['http://[0:0:0:0:0:0:0:1]/', 'Write the host as it is: [::1].'],
    ['https://%61cme.example/', 'Write the host as it is: acme.example.'],
    ['https://ada:secret@acme.example/', 'names no user'],
    ['http://127.0.0.1:80@acme.example/', 'names no user'],
    ['https://acme.example\\@evil.example/', 'backslashes'],
    ['https://acme.example\t/', 'control characters'],
    ['https://acme.example/a b', 'blanks'],
    ['https://acme.example/%', 'two hexadecimal digits'],
    ['https://acme.example/%00', 'control characters'],
    ['https://bücher.example/', 'percent-encoded'],
    ['https://acme.example/"onload=', 'percent-encoded'],
    ['https://acme.example:99999/', 'is no host with a port'],
    ['https://acme.example:http/', 'is no host with a port'],
    ['https://[::1/', 'is no host with a port'],
    ['https://[gg]/', 'is no host'],
    ['https://*.acme.example/', 'wildcard'],
    [`https://acme.example/${'x'.repeat(2000)}`, '2000 characters'],
  ])('does not take %s', (url, reason) => {
    expect(pageUrlProblem(url)).toContain(reason)
  })
})
