import type { Org, OrgStore } from './org.ts'

/** Where a request arrived: the login host of all orgs, or one org's own address (My Domain). */
export interface Site {
  /** Scheme, host and port, no trailing slash: the issuer and the prefix of every URL in the answer. */
  readonly base: string
  /** The org whose own address it is; `undefined` on the login host. */
  readonly org: Org | undefined
  /** The login host, as reached by the same name. */
  readonly loginBase: string
}

/** Knows which address is whose. */
export interface Addresses {
  /** The site that a `Host` header names. A host that is not ours counts as the login host under its configured name. */
  siteOf(host: string | undefined): Promise<Site>
  /** Whether a host name, without a port, is the login host's or an org's. */
  serves(hostname: string): Promise<boolean>
  /** The base of an org's own address, reachable from where `site` was; the login host when it has none. */
  baseOf(org: Org, site: Site): string
  /** The bases that are an org's alone; none where it shares the login host. */
  ownBasesOf(org: Org): readonly string[]
  /** Every base under which an org answers: what assertions may name as their audience. */
  basesOf(org: Org): readonly string[]
}

/**
 * The addresses of a server whose login host is `mainUrl`. Hosts are compared with what is configured, so no header can
 * make up an issuer.
 * @param aliases further host names of the same machine, such as `127.0.0.1` beside `localhost`
 */
export function addresses(
  mainUrl: string,
  aliases: readonly string[],
  orgs: Pick<OrgStore, 'findByMyDomain' | 'findByPort'>,
): Addresses {
  const main = new URL(mainUrl)
  const scheme = `${main.protocol}//`
  const names = [main.hostname, ...aliases.filter((alias) => alias !== main.hostname)]
  const mainPort = main.port
  const withPort = (name: string, port: string | number) => `${scheme}${name}${port === '' ? '' : `:${port}`}`
  const mainSite: Site = {
    base: withPort(main.hostname, mainPort),
    org: undefined,
    loginBase: withPort(main.hostname, mainPort),
  }
  const loginSites = new Map<string, Site>(
    names.map((name) => {
      const base = withPort(name, mainPort)
      return [base.slice(scheme.length), { base, org: undefined, loginBase: base }]
    }),
  )
  const subdomain = `.my.${main.hostname}`
  const defaultPort = main.protocol === 'https:' ? ':443' : ':80'

  return {
    async siteOf(sent) {
      if (sent === undefined) return mainSite
      const host = asWritten(sent)
      const login = loginSites.get(host)
      if (login !== undefined) return login
      const colon = host.lastIndexOf(':')
      const hasPort = colon > host.lastIndexOf(']')
      const name = hasPort ? host.slice(0, colon) : host
      const port = hasPort ? host.slice(colon + 1) : ''
      const org = await orgAt(name, port)
      return org === undefined ? mainSite : { base: scheme + host, org, loginBase: loginBaseFor(name) }
    },
    async serves(hostname) {
      const name = hostname.toLowerCase()
      return names.includes(name) || (await orgNamed(name)) !== undefined
    },
    baseOf(org, site) {
      const name = new URL(site.loginBase).hostname
      if (org.port !== undefined) return withPort(name, org.port)
      if (org.myDomain !== undefined && name === main.hostname && !isAddress(name))
        return withPort(org.myDomain + subdomain, mainPort)
      return site.loginBase
    },
    ownBasesOf,
    basesOf: (org) => [...names.map((name) => withPort(name, mainPort)), ...ownBasesOf(org)],
  }

  /** As it stands in the addresses here: a name is the same in capitals, and with the port that goes without saying. */
  function asWritten(host: string): string {
    const name = host.toLowerCase()
    return name.endsWith(defaultPort) ? name.slice(0, -defaultPort.length) : name
  }

  function ownBasesOf({ port, myDomain }: Org): readonly string[] {
    return [
      ...(port === undefined ? [] : names.map((name) => withPort(name, port))),
      ...(myDomain === undefined ? [] : [withPort(myDomain + subdomain, mainPort)]),
    ]
  }

  async function orgAt(name: string, port: string): Promise<Org | undefined> {
    const named = port === mainPort ? await orgNamed(name) : undefined
    if (named !== undefined) return named
    if (names.includes(name) && /^[1-9][0-9]{0,4}$/.test(port)) return orgs.findByPort(Number(port))
    return undefined
  }

  /** The org whose own address has this name. */
  async function orgNamed(name: string): Promise<Org | undefined> {
    return name.endsWith(subdomain) ? orgs.findByMyDomain(name.slice(0, -subdomain.length)) : undefined
  }

  function loginBaseFor(name: string): string {
    return withPort(names.includes(name) ? name : main.hostname, mainPort)
  }
}

function isAddress(hostname: string): boolean {
  return /^[0-9.]+$/.test(hostname) || hostname.startsWith('[')
}
