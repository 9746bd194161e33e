import { describe, expect, it } from 'vitest'
import { readPostgresUrl } from './postgres-place.ts'

describe('the URL of a PostgreSQL database', () => {
  it('may name several servers, each with its port or the usual one', () => {
    const { name, hosts, config } = readPostgresUrl(
      'postgres://sallyport:p%40ss@one.example,two.example:5433,[2001:db8::1]:5434/sallyport?target_session_attrs=read-write',
      undefined,
    )
    expect(hosts).toEqual([
      { host: 'one.example', port: 5432 },
      { host: 'two.example', port: 5433 },
      { host: '2001:db8::1', port: 5434 },
    ])
    expect(config).toMatchObject({ host: 'one.example', user: 'sallyport', password: 'p@ss', database: 'sallyport' })
    expect(name).toBe('one.example:5432,two.example:5433,[2001:db8::1]:5434/sallyport')
  })

  it('speaks TLS as soon as one of them is another machine', () => {
    const tls = (hosts: string) => readPostgresUrl(`postgres://${hosts}/sallyport`, undefined).config.ssl
    expect(tls('127.0.0.1:1,localhost:2')).toBe(false)
    expect(tls('127.0.0.1,db.example')).toMatchObject({ rejectUnauthorized: true })
  })

  it.each([
    ['postgres://one.example,/sallyport', 'lacks a host'],
    ['postgres://one.example:x,two.example/sallyport', 'is none such as postgres://user@host:5432/database'],
    ['postgres://geheim:geheim@one.example,two.example', 'lacks a host or the name of a database'],
    ['postgres://one.example/sallyport?target_session_attrs=standby', 'needs read-write, or primary'],
  ])('is refused, and nothing secret of it repeated: %s', (url, words) => {
    const read = () => readPostgresUrl(url, undefined)
    expect(read).toThrow(words)
    expect(read).not.toThrow('geheim')
  })
})
