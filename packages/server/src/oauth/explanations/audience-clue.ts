import { closestUrl } from './url-difference.ts'
import { listed, quoted } from './wording.ts'

const production = 'https://login.salesforce.com'
const sandbox = 'https://test.salesforce.com'

/** Why an audience is not accepted, and what to write instead. */
export function clueOfAudience(found: readonly string[], accepted: readonly string[]): string {
  const [first] = found
  const usual = accepted.find((one) => one === production || one === sandbox) ?? accepted[0] ?? 'the URL of this server'
  const write = `Write \`"aud": "${usual}"\`.`
  if (first === undefined) return `The claims have no aud: it says for whom the assertion is made. ${write}`
  if (found.length > 1) return `None of your ${found.length} audiences is one of this server's. One is enough. ${write}`
  const bare = first.replace(/\/+$/, '').replace(/^https?:\/\//, '')
  if (bare === 'test.salesforce.com' && accepted.includes(production)) {
    return `That is the login host of sandboxes, and this org is a production org. ${write}`
  }
  if (bare === 'login.salesforce.com' && accepted.includes(sandbox)) {
    return `That is the login host of production orgs, and this org is a sandbox or scratch org. ${write}`
  }
  if (bare === 'login.salesforce.com' || bare === 'test.salesforce.com') {
    return `This server does not stand in for Salesforce's login hosts: it goes by its own URLs. ${write}`
  }
  if (!first.includes('.') && !first.includes('/') && !first.includes(':')) {
    return `${quoted(first)} is no URL. The audience is the server that the assertion is sent to, not the app. ${write}`
  }
  const closest = closestUrl(first, accepted)
  if (closest?.isClose) {
    return `Close to ${closest.url}; what differs is ${closest.differences.join('; ')}. Write \`"aud": "${closest.url}"\`.`
  }
  return `Name the server that the assertion is sent to, by one of its URLs: ${listed(accepted)}. If it is meant for another org, send it there. ${write}`
}
