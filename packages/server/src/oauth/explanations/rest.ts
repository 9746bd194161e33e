import { didYouMean } from '../../closest-name.ts'
import type { ReasonExplanations } from './explained-reason.ts'
import { appSetting, command, orgCommand } from './mending.ts'
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
  'precondition-failed': {
    check: 'request',
    facts: { header: 'text', found: 'text' },
    explain: ({ header, found }) => ({
      expected: `a record that is as the header ${header} says`,
      found: `it was changed at ${found}`,
      whatToDo: 'Read the record again, decide with what it holds now, and send the change once more.',
      whereInSetup: undefined,
    }),
  },
  'not-supported': {
    check: 'resource',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'a resource that this server has',
      found: `${found}, which Salesforce has and this server does not`,
      whatToDo: 'Ask by a query where that can do it: `GET /services/data/<version>/query?q=…`.',
      whereInSetup: undefined,
    }),
  },
  'json-malformed': {
    check: 'request',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'a JSON text of the shape that the resource asks for',
      found: problem,
      whatToDo: 'Send what the documentation of the resource shows, with `Content-Type: application/json`.',
      whereInSetup: undefined,
    }),
  },
  'xml-malformed': {
    check: 'request',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'an XML document with an element per field, such as <Account><Name>Edge</Name></Account>',
      found: problem,
      whatToDo: 'Send one record without a document type, or send JSON, which every resource takes.',
      whereInSetup: undefined,
    }),
  },
  'content-type-unsupported': {
    check: 'request',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'Content-Type: application/json, or application/xml for one record',
      found: quoted(found),
      whatToDo: 'Send the body as JSON, and say so in the header Content-Type.',
      whereInSetup: undefined,
    }),
  },
  'query-missing': {
    check: 'request',
    facts: {},
    explain: () => ({
      expected: 'a query in the parameter q',
      found: 'nothing',
      whatToDo: 'Send it URL-encoded: `GET /services/data/<version>/query?q=SELECT+Id+FROM+Account`.',
      whereInSetup: undefined,
    }),
  },
  'query-refused': {
    check: 'request',
    facts: { errorCode: 'text', problem: 'text', message: 'text' },
    explain: ({ errorCode, problem }) => ({
      expected: 'a query of objects and fields that the user sees, in the words of SOQL',
      found: `${errorCode}: ${problem}`,
      whatToDo:
        'The answer points at the place. `GET /services/data/<version>/sobjects/<object>/describe` lists the fields; an object that the user may not read counts as one that does not exist.',
      whereInSetup: 'Setup > Object Manager; Setup > Profiles > [profile] > Object Settings',
    }),
  },
  'query-too-large': {
    check: 'limit',
    facts: { limit: 'number' },
    explain: ({ limit }) => ({
      expected: `at most ${limit} records of sub-queries in one page`,
      found: 'more',
      whatToDo:
        'Ask for smaller pages by the header `Sforce-Query-Options: batchSize=200`, or query the children by themselves.',
      whereInSetup: undefined,
    }),
  },
  'locator-unknown': {
    check: 'resource',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'the nextRecordsUrl of an answer that this user got in the last two days',
      found: quoted(found),
      whatToDo: 'Send the query again. Of each user the latest ten queries can be gone on with.',
      whereInSetup: undefined,
    }),
  },
  'field-unknown': {
    check: 'resource',
    facts: { found: 'text', object: 'text' },
    explain: ({ found, object }) => ({
      expected: `a field of ${object}`,
      found: quoted(found),
      whatToDo: `\`GET /services/data/<version>/sobjects/${object}/describe\` lists the fields by their API names; own ones end in __c.`,
      whereInSetup: `Setup > Object Manager > ${object} > Fields & Relationships`,
    }),
  },
  'record-unknown': {
    check: 'resource',
    facts: { found: 'text', object: 'text' },
    explain: ({ found, object }) => ({
      expected: object === '' ? 'the id of a record of this org' : `the id of a record of ${object} in this org`,
      found: quoted(found),
      whatToDo: 'See whether the id is of this org and of this object: its first three characters say of which.',
      whereInSetup: undefined,
    }),
  },
  'record-deleted': {
    check: 'resource',
    facts: { found: 'text', object: 'text' },
    explain: ({ found, object }) => ({
      expected: `a record of ${object} that is there`,
      found: `${quoted(found)}, which has been deleted`,
      whatToDo: '`GET /services/data/<version>/queryAll` finds deleted records, too.',
      whereInSetup: undefined,
    }),
  },
  'record-refused': {
    check: 'request',
    facts: { errorCode: 'text', object: 'text', fields: 'texts', problem: 'text' },
    explain: ({ errorCode, object, fields, problem }) => ({
      expected: `values that ${object} takes`,
      found: `${errorCode}: ${problem}`,
      whatToDo: `See to ${fields.length === 0 ? 'the values' : listed(fields)}: \`GET /services/data/<version>/sobjects/${object}/describe\` says what each field takes.`,
      whereInSetup: `Setup > Object Manager > ${object} > Fields & Relationships`,
    }),
  },
  'external-id-field-unknown': {
    check: 'resource',
    facts: { found: 'text', object: 'text' },
    explain: ({ found, object }) => ({
      expected: `a field of ${object} that is an external id`,
      found: quoted(found),
      whatToDo: 'Declare the field with `externalId: true` in the org file, or use the id of the record.',
      whereInSetup: `Setup > Object Manager > ${object} > Fields & Relationships > [field] > External ID`,
    }),
  },
  'object-read-only': {
    check: 'permission',
    facts: { object: 'text', act: 'text' },
    explain: ({ object, act }) => ({
      expected: `an object whose records the API can ${act}`,
      found: `${object}, which is part of the org itself`,
      whatToDo: 'Change it where it is set up: in an org file, or by a command of `sallyport`.',
      whereInSetup: undefined,
    }),
  },
  'object-permission-missing': {
    check: 'permission',
    facts: { object: 'text', act: 'text' },
    explain: ({ object, act }) => ({
      expected: `a user who may ${act} records of ${object}`,
      found: 'one whose profile and permission sets do not allow it',
      whatToDo: `Give the profile or a permission set \`objectPermissions\` for ${object} in the org file, or Modify All Data.`,
      whereInSetup: `Setup > Profiles > [profile] > Object Settings > ${object}`,
    }),
  },
  'soap-malformed': {
    check: 'request',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'an envelope of SOAP 1.1 with one operation in its body',
      found: problem,
      whatToDo: 'Use the REST API: this server has of the SOAP API what clients need to sign out.',
      whereInSetup: undefined,
    }),
  },
  'soap-operation-unknown': {
    check: 'resource',
    facts: { found: 'text', known: 'texts' },
    explain: ({ found, known }) => ({
      expected: listed(known),
      found: quoted(found),
      whatToDo: 'Use the REST API for everything else: queries at /query, records at /sobjects.',
      whereInSetup: undefined,
    }),
  },
  'soap-login-off': {
    check: 'flow',
    facts: { by: 'text', version: 'text', org: 'text' },
    explain({ by, version, org }) {
      const instead =
        'Better sign in by client credentials, JWT bearer or the web server flow: Salesforce ends login() with Summer ’27. With jsforce, give the Connection `oauth2` or an `accessToken`.'
      switch (by) {
        case 'version':
          return {
            expected: 'a version of the API before 65.0, which are the last with login()',
            found: `version ${version}`,
            whatToDo: `Ask for an earlier version, such as 62.0. ${instead}`,
            whereInSetup: undefined,
          }
        case 'release':
          return {
            expected: `a release of Salesforce in ${quoted(org)} that still has login()`,
            found: 'one that has it no more',
            whatToDo: `${instead} To have it back for a test: ${command('release', 'switch', 'endSoapLogin', 'off', '--org', org)}.`,
            whereInSetup: 'Setup > Release Updates',
          }
        case 'org':
          return {
            expected: `“Enable SOAP API login()” in ${quoted(org)}`,
            found: 'it is off, as in every new org',
            whatToDo: `Switch it on: ${orgCommand('update', org, '--allow-soap-login')}. ${instead}`,
            whereInSetup: 'Setup > User Interface > Enable SOAP API login()',
          }
        default:
          return {
            expected: 'a way to sign in that this server offers',
            found: 'login() of the SOAP API, with username and password',
            whatToDo: `${instead} Who runs the server can offer it: \`sallyport serve --set offersSoapLogin=yes\`.`,
            whereInSetup: undefined,
          }
      }
    },
  },
  'jwt-not-accepted': {
    check: 'token',
    facts: { api: 'text' },
    explain: ({ api }) => ({
      expected: 'an opaque access token, which is a session id',
      found: 'a JWT-based access token',
      whatToDo: `JWT-based access tokens open the REST APIs, userinfo and the identity URL; the ${api} API takes none. Call the REST API with it, or use an app that gets opaque tokens.`,
      whereInSetup: appSetting('[app]', 'Issue JSON Web Token (JWT)-based access tokens for named users'),
    }),
  },
  'too-many-parts': {
    check: 'limit',
    facts: { part: 'text', limit: 'number', found: 'number' },
    explain: ({ part, limit, found }) => ({
      expected: `at most ${limit} ${part}`,
      found: String(found),
      whatToDo: 'Send them in several requests.',
      whereInSetup: undefined,
    }),
  },
  'composite-refused': {
    check: 'request',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'a composite call of the shape that Salesforce takes',
      found: problem,
      whatToDo: 'Mend the body. References read `@{referenceId.field}`, and name a part that stands before.',
      whereInSetup: undefined,
    }),
  },
  'composite-stopped': {
    check: 'request',
    facts: {},
    explain: () => ({
      expected: 'that every part succeeds, as allOrNone asks',
      found: 'another part failed, so nothing of it was written',
      whatToDo: 'Mend the part that says something else than PROCESSING_HALTED, and send all of them again.',
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
