import { flows, stepWords } from '../flow-steps.ts'
import { postmanSigner } from './postman-signer.ts'
import { type Format, formOf, requestTaken, stepsTaken, type Taken, writtenValues } from './taken.ts'

/** A collection for Postman (v2.1), which newman runs, too. */
export const postman: Format = {
  name: 'postman',
  title: 'Postman collection',
  file: (flow) => `${flow}.postman_collection.json`,
  write: (taken) => `${JSON.stringify(collectionOf(taken), undefined, 2)}\n`,
}

function collectionOf(taken: Taken): object {
  const { choices, privateKey, hasSecrets } = taken
  const written = writtenValues(taken)
  const names = new Set<string>()
  const item = stepsTaken(taken).map((step) => {
    const request = requestTaken(step, taken)
    const texts = [request?.url ?? '', request?.body ?? '', ...(request?.headers ?? []).map(([, value]) => value)]
    for (const [, name = ''] of texts.join('\n').matchAll(/\{\{(\w+)\}\}/g)) names.add(name)
    const words = stepWords(choices.flow, step)
    return {
      name: words.title,
      event: eventsOf(step, choices.flow === 'jwt-bearer'),
      request: requestItem(request, words.about),
    }
  })
  const signs =
    choices.flow === 'jwt-bearer' && item.some(({ event }) => event.some(({ listen }) => listen === 'prerequest'))
  return {
    info: {
      name: flows[choices.flow].title,
      description: flows[choices.flow].about,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item,
    variable: [
      ...[...names].map((key) => ({ key, value: Object.entries(written).find(([name]) => name === key)?.[1] ?? '' })),
      ...(signs
        ? [
            { key: 'iss', value: choices.consumerKey },
            { key: 'sub', value: choices.username },
            { key: 'aud', value: taken.audience },
            { key: 'private_key', value: hasSecrets ? privateKey : '' },
          ]
        : []),
    ],
  }
}

function requestItem(request: ReturnType<typeof requestTaken>, description: string): object {
  if (request === undefined) return { method: 'GET', url: '', description: 'What stands in this step is no request.' }
  const { method, url, headers, body } = request
  const form = formOf(request)
  return {
    method,
    url,
    description,
    header: headers.map(([key, value]) => ({ key, value })),
    ...(form !== undefined
      ? { body: { mode: 'urlencoded', urlencoded: form.map(([key, value]) => ({ key, value, type: 'text' })) } }
      : body === ''
        ? {}
        : { body: { mode: 'raw', raw: body } }),
  }
}

interface Event {
  readonly listen: 'prerequest' | 'test'
  readonly script: { readonly type: 'text/javascript'; readonly exec: readonly string[] }
}

function eventsOf(step: string, isJwt: boolean): readonly Event[] {
  const event = (listen: Event['listen'], code: string): Event => ({
    listen,
    script: { type: 'text/javascript', exec: code.trim().split('\n') },
  })
  if (step === 'authorize') return []
  if (step !== 'token' && step !== 'refresh') {
    return [event('test', `pm.test('the token is good for it', () => pm.response.to.have.status(200))`)]
  }
  return [
    ...(isJwt && step === 'token' ? [event('prerequest', postmanSigner)] : []),
    event(
      'test',
      `
pm.test('there is an access token', () => pm.response.to.have.status(200))
const answer = pm.response.json()
for (const name of ['access_token', 'refresh_token', 'instance_url']) {
  if (answer[name]) pm.collectionVariables.set(name, answer[name])
}`,
    ),
  ]
}
