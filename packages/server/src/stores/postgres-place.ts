import { readFileSync } from 'node:fs'
import type { ClientConfig } from 'pg'
import { DatabaseUnusable } from './database-errors.ts'

/** Where a PostgreSQL database is, and how it is spoken to. */
export interface PostgresPlace {
  /** Hosts, ports, database and schema, without user or password. */
  readonly name: string
  /** The servers it may be on, in the order in which they are tried. */
  readonly hosts: readonly PostgresHost[]
  /** The schema that the tables are in; that of the user's search path, unless the URL says. */
  readonly schema: string | undefined
  /** For the first of them. */
  readonly config: ClientConfig
}

/** A server of PostgreSQL. */
export interface PostgresHost {
  readonly host: string
  readonly port: number
}

const known = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'schema',
  'application_name',
  'host',
  'target_session_attrs',
] as const
const modes = ['disable', 'require', 'verify-ca', 'verify-full'] as const

/**
 * Reads `postgres://user:password@host:5432,other:5432/database?schema=…&sslmode=…`. Connections to another machine are
 * encrypted, and the server's certificate is verified, unless the URL says otherwise.
 * @param password goes before the one in the URL
 * @throws {DatabaseUnusable} that says what is wrong with it, and repeats no secret
 */
export function readPostgresUrl(text: string, password: string | undefined): PostgresPlace {
  // As PostgreSQL's own programs have it, and the standard of URLs has not: several hosts.
  const [, beginning = '', authorities = '', rest = ''] = /^([^/]*\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/.exec(text) ?? []
  const urls = authorities.split(',').map((authority) => URL.parse(`${beginning}${authority}${rest}`))
  const [url] = urls
  if (!isPostgresUrl(text) || url === undefined || url === null || urls.includes(null)) {
    throw unusable('the database', 'its URL is none such as postgres://user@host:5432/database.')
  }
  const hosts = urls.flatMap((each) => (each === null ? [] : [hostIn(each)]))
  const database = decodeURIComponent(url.pathname.slice(1))
  const schema = url.searchParams.get('schema') ?? undefined
  const name = `${hosts.map(shown).join(',')}/${database}${schema === undefined ? '' : ` (schema ${schema})`}`
  const [{ host, port } = { host: '', port: 0 }] = hosts
  if (hosts.some(({ host }) => host === '') || database === '') {
    throw unusable(name, 'its URL lacks a host or the name of a database.')
  }
  const stranger = [...url.searchParams.keys()].find((key) => !known.some((one) => one === key))
  if (stranger !== undefined) {
    throw unusable(name, `its URL has an option “${stranger}”; there are ${known.join(', ')}.`)
  }
  if (schema !== undefined && !/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(schema)) {
    throw unusable(name, 'the schema in its URL is no plain name of letters, digits and _.')
  }
  const wanted = url.searchParams.get('target_session_attrs') ?? 'read-write'
  if (!['read-write', 'primary'].includes(wanted)) {
    throw unusable(name, `its target_session_attrs is “${wanted}”; what writes needs read-write, or primary.`)
  }
  return {
    name,
    hosts,
    schema,
    config: {
      host,
      port,
      database,
      user: url.username === '' ? undefined : decodeURIComponent(url.username),
      password: password ?? (url.password === '' ? undefined : decodeURIComponent(url.password)),
      application_name: url.searchParams.get('application_name') ?? 'sallyport',
      ssl: tlsOf(url, hosts, name),
      ...(schema === undefined ? {} : { options: `-c search_path=${schema}` }),
    },
  }
}

/** Whether a text is meant as the URL of a PostgreSQL database. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text)
}

function hostIn(url: URL): PostgresHost {
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[(.+)\]$/, '$1')
  return { host, port: url.port === '' ? 5432 : Number(url.port) }
}

function shown({ host, port }: PostgresHost): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

function isHere({ host }: PostgresHost): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host)
}

function tlsOf({ searchParams }: URL, hosts: readonly PostgresHost[], name: string): ClientConfig['ssl'] {
  const wanted = searchParams.get('sslmode') ?? (hosts.every(isHere) ? 'disable' : 'verify-full')
  const mode = modes.find((one) => one === wanted)
  if (mode === undefined) throw unusable(name, `its sslmode is “${wanted}”; there are ${modes.join(', ')}.`)
  if (mode === 'disable') return false
  const file = (key: 'sslrootcert' | 'sslcert' | 'sslkey') => {
    const path = searchParams.get(key)
    if (path === null) return undefined
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw unusable(name, `the file ${path} (${key}) cannot be read.`, error)
    }
  }
  const [ca, cert, key] = [file('sslrootcert'), file('sslcert'), file('sslkey')]
  return {
    rejectUnauthorized: mode !== 'require',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  }
}

function unusable(place: string, problem: string, cause?: unknown): DatabaseUnusable {
  return new DatabaseUnusable(place, problem, cause)
}
