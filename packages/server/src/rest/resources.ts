/** The resources of a version by name: paths, but for the identity of the user, which is a URL. */
export type ResourceMap = { readonly limits?: string; readonly identity: string; readonly sobjects: string }

/**
 * The resources of a version (`GET /services/data/v67.0`), those that exist here: Salesforce names some fifty. As XML
 * its root element is `urls`.
 * @param version such as `67.0`
 * @param identity the identity URL of the user who asks
 */
export function resourcesOf(version: string, identity: string): ResourceMap {
  const path = `/services/data/v${version}`
  return {
    ...(Number(version) >= 29 && { limits: `${path}/limits` }),
    identity,
    sobjects: `${path}/sobjects`,
  }
}
