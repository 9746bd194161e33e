import type { JsonObject } from './json.ts'

/**
 * The resources of a version (`GET /services/data/v67.0`), those that exist here: Salesforce names some fifty. As XML
 * its root element is `urls`.
 * @param version such as `67.0`
 * @param identity the identity URL of the user who asks
 */
export function resourcesOf(version: string, identity: string): JsonObject {
  const path = `/services/data/v${version}`
  const names = Number(version) >= 29 ? [...since29, ...always] : always
  const urls = names.map((name): [string, string] => [name, name === 'identity' ? identity : `${path}/${name}`])
  return Object.fromEntries(urls.sort(([one], [other]) => (one < other ? -1 : 1)))
}

const always = ['chatter', 'composite', 'identity', 'query', 'queryAll', 'recent', 'search', 'sobjects', 'tooling']
const since29 = ['limits']
