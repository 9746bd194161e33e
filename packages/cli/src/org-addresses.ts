import { addresses, type Stores } from '@sallyport/server'

/** An org, and where it answers. */
export interface OrgAddress {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly url: string
}

/** Every org with the address at which it answers, oldest first. */
export async function orgsAt(
  mainUrl: string,
  aliases: readonly string[],
  { orgs }: Pick<Stores, 'orgs'>,
): Promise<readonly OrgAddress[]> {
  const { siteOf, baseOf } = addresses(mainUrl, aliases, orgs)
  const site = await siteOf(undefined)
  return (await orgs.list()).map((org) => ({ id: org.id, name: org.name, type: org.type, url: baseOf(org, site) }))
}
