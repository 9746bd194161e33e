import { didYouMean } from '../../closest-name.ts'
import type { ReasonExplanations } from './explained-reason.ts'
import { listed, quoted } from './wording.ts'

/** What is asked of the REST API. */
export const restExplanations = {
  'request-limit-exceeded': {
    check: 'limit',
    facts: { limit: 'number' },
    explain: ({ limit }) => ({
      expected: `at most ${limit} API requests in 24 hours`,
      found: 'one more',
      whatToDo:
        'Wait, or make fewer requests: take larger pages, and keep what does not change. The header `Sforce-Limit-Info` of each answer counts along.',
      whereInSetup: 'Setup > Company Information > API Requests, Last 24 Hours',
    }),
  },
  'version-unknown': {
    check: 'resource',
    facts: { found: 'text', newest: 'text' },
    explain: ({ found, newest }) => ({
      expected: `a version such as v${newest}, which is the newest here`,
      found: quoted(found),
      whatToDo: `Write the version with a small v and one decimal: \`/services/data/v${newest}/\`. \`GET /services/data/\` lists all.`,
      whereInSetup: undefined,
    }),
  },
  'resource-newer-than-version': {
    check: 'resource',
    facts: { version: 'text', since: 'text' },
    explain: ({ version, since }) => ({
      expected: `version ${since} or a newer one`,
      found: version,
      whatToDo: `Ask by a newer version in the URL: \`/services/data/v${since.replace(/^v/, '')}/\`.`,
      whereInSetup: undefined,
    }),
  },
  'resource-unknown': {
    check: 'resource',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'a resource of the REST API that this server has',
      found: quoted(found),
      whatToDo: 'See how it is spelled. `GET /services/data/<version>/` lists the resources.',
      whereInSetup: undefined,
    }),
  },
  'object-unknown': {
    check: 'resource',
    facts: { found: 'text', known: 'texts' },
    explain: ({ found, known }) => ({
      expected: listed(known),
      found: quoted(found),
      whatToDo: `Use the API name of an object that is listed.${didYouMean(found, known)}`,
      whereInSetup: 'Setup > Object Manager',
    }),
  },
  'list-view-unknown': {
    check: 'resource',
    facts: { found: 'text', object: 'text' },
    explain: ({ found, object }) => ({
      expected: `the id of a list view of ${object}`,
      found: quoted(found),
      whatToDo: `\`GET /services/data/<version>/sobjects/${object}/listviews\` lists them with their ids.`,
      whereInSetup: undefined,
    }),
  },
  'method-not-allowed': {
    check: 'request',
    facts: { found: 'text', allowed: 'texts' },
    explain: ({ found, allowed }) => ({
      expected: listed(allowed),
      found,
      whatToDo: 'Send the request with a method that is listed.',
      whereInSetup: undefined,
    }),
  },
  'parameter-out-of-range': {
    check: 'request',
    facts: { parameter: 'text', found: 'text', range: 'text' },
    explain: ({ parameter, found, range }) => ({
      expected: `${parameter}: ${range}`,
      found: quoted(found),
      whatToDo: `Send another value for \`${parameter}\`, or leave it out.`,
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>
