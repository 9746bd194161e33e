import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { entered } from '../entered.ts'
import { Failure, WrongUsage } from '../failure.ts'
import { type Client, dpopOf, openLogins, withClient } from '../logins.ts'
import { addTo, jsonOption } from '../options.ts'
import { readSecret } from '../secret-source.ts'
import { printable, type Terminal } from '../terminal.ts'
import {
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
} from './keystore/password-options.ts'
import { loginOption } from './login/login-options.ts'

type IncomingAnswer = import('@sallyport/client').IncomingAnswer

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']

/** `sallyport call`: a request to an API, signed in. */
export function call(terminal: Terminal): CommandUnknownOpts {
  return new Command('call')
    .summary('call an API with a sign-in or a named credential')
    .description(
      'Sends a request to the org of a sign-in (a path), or by a named credential of a DX project (callout:Name/path), and prints ' +
        'the answer. An answer of 400 and more ends with exit code 1.',
    )
    .argument('<method>', `${methods.join(', ')}`)
    .argument('<path>', 'such as /services/data/v62.0/limits, or callout:Target/services/data/v62.0/limits')
    .addOption(loginOption)
    .option('--header <header>', 'a header, such as "X-One: 1"; may be given several times', addTo)
    .option('--body <text>', 'what to send; JSON is recognized')
    .option('--body-file <file>', 'the same, from this file, or - for standard input')
    .option('-i, --include', 'print status and headers, too')
    .option('--curl', 'print the same request for curl instead of sending it')
    .option('--project <folder>', 'the DX project with the named credentials', '.')
    .option('--certificates <folder>', 'the certificates that named credentials sign with', 'certs')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport call GET /services/data/v62.0/limits\n' +
        '  sallyport call POST /services/data/v62.0/sobjects/Account --body \'{"Name":"Edge"}\'\n' +
        '  sallyport call GET callout:Target/services/data/v62.0/limits --project force-app',
    )
    .action((method, path, options) =>
      withClient(async (client) => {
        const verb = method.toUpperCase()
        if (!methods.includes(verb))
          throw new WrongUsage(`“${method}” is no method of HTTP.`, { next: `There are: ${methods.join(', ')}.` })
        const body = await bodyOf(options)
        const headers = { ...contentType(body), ...headersOf(options.header ?? []) }
        const request = { method: verb, headers, ...(body === undefined ? {} : { body }) }
        if (options.curl === true) {
          terminal.write(`${await curlLine(client, path, request, options.login)}\n`)
          return
        }
        const answer = await terminal.busy(`${verb} ${path}`, async () => {
          if (!/^callout:/i.test(path)) {
            const kept = openLogins(client)
            const login = kept.find(options.login)
            const key = entered({ dpop: dpopOf(client, login) })
            return client.salesforceApi(kept.tokens(login), key).send({ ...request, path })
          }
          const password = await readSecret(passwordSource(options), '--password', process.env)
          const callouts = await calloutsOf(client, options.project, options.certificates, password)
          return callouts.send({ ...request, url: path })
        })
        show(terminal, answer, options.include === true)
        if (answer.status >= 400) throw new Failure(`The API answered ${answer.status} ${answer.statusText}.`)
      }),
    )
}

interface BodyOptions {
  readonly body?: string | undefined
  readonly bodyFile?: string | undefined
}

async function bodyOf({ body, bodyFile }: BodyOptions): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body !== undefined && bodyFile !== undefined) throw new WrongUsage('Give the body once: --body or --body-file.')
  if (body !== undefined) return new Uint8Array(Buffer.from(body))
  if (bodyFile === undefined) return undefined
  if (bodyFile === '-') return new Uint8Array(await buffer(process.stdin))
  try {
    return new Uint8Array(readFileSync(bodyFile))
  } catch (cause) {
    throw new Failure(`The file ${bodyFile} cannot be read.`, { cause })
  }
}

function contentType(body: Uint8Array | undefined): Readonly<Record<string, string>> {
  if (body === undefined) return {}
  try {
    JSON.parse(Buffer.from(body).toString('utf8'))
    return { 'content-type': 'application/json' }
  } catch {
    return {}
  }
}

function headersOf(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((line) => {
      const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([^\r\n\0]*)$/.exec(line) ?? []
      if (name === undefined || value === undefined)
        throw new WrongUsage('A header is a name, a colon and a value: "X-One: 1".')
      return [name.toLowerCase(), value]
    }),
  )
}

async function calloutsOf(client: Client, project: string, folder: string, password: string | undefined) {
  const metadata = await client.readDxProject(project).catch((cause: unknown) => {
    if (cause instanceof client.MetadataError) throw cause
    throw new Failure(`The folder ${project} cannot be read.`, {
      next: 'Name the DX project: --project <folder>',
      cause,
    })
  })
  const certificates = await client.certificateFolder(folder, { password }).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return client.certificates([])
    throw new Failure(
      `A certificate in ${folder} cannot be opened: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    )
  })
  return client.namedCredentials({ ...metadata, certificates })
}

function show(terminal: Terminal, { status, statusText, headers, body }: IncomingAnswer, withHeaders: boolean): void {
  const text = Buffer.from(body).toString('utf8')
  const parsed = parsedJson(text)
  if (terminal.wantsJson) {
    terminal.answer({ status, headers: Object.fromEntries(headers), body: parsed ?? text }, text)
    return
  }
  if (withHeaders) {
    const lines = Array.from(headers, ([name, value]) => `${name}: ${value}`)
    terminal.write(`${printable([`HTTP ${status} ${statusText}`, ...lines].join('\n'))}\n\n`)
  }
  if (text !== '') terminal.write(`${printable(parsed === undefined ? text : JSON.stringify(parsed, undefined, 2))}\n`)
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface Request {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/** The request for curl. The token is not in it: a second command gets it when the line is run. */
async function curlLine(
  client: Client,
  path: string,
  { method, headers, body }: Request,
  name: string | undefined,
): Promise<string> {
  if (/^callout:/i.test(path))
    throw new WrongUsage('--curl is for paths: a callout signs in by what is in the project.')
  const kept = openLogins(client)
  const login = kept.find(name)
  const { instanceUrl = '', tokenType } = await kept.tokens(login).token()
  const word = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const words = ['curl', ...(method === 'GET' ? [] : ['-X', method])]
  const url = new URL(path, instanceUrl).href
  words.push('-H', `"Authorization: ${tokenType} $(sallyport token show --login ${word(login.name)})"`)
  if (tokenType === 'DPoP') {
    words.push('-H', `"DPoP: $(sallyport token proof ${method} ${word(url)} --login ${word(login.name)})"`)
  }
  for (const [header, value] of Object.entries(headers)) words.push('-H', word(`${header}: ${value}`))
  if (body !== undefined) words.push('--data-binary', word(Buffer.from(body).toString('utf8')))
  return [...words, word(url)].join(' ')
}
