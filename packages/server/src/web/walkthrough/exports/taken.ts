import { type Choices, filled, secretNames, type Values } from '../flow.ts'
import { type FlowName, flows, type StepName } from '../flow-steps.ts'
import { type HttpRequest, readHttp } from '../http-text.ts'

/** What is taken along: a step or the whole flow, with the secrets or with their names. */
export interface Taken {
  readonly choices: Choices
  readonly loginUrl: string
  /** The audience of a JWT. */
  readonly audience: string
  readonly step: StepName | 'all'
  /** The request of each step, as a template. */
  readonly templates: Readonly<Record<StepName, string>>
  readonly values: Values
  /** PEM. */
  readonly privateKey: string
  /** Whether it is to run as it is, with everything secret in it; else secrets are read from the environment. */
  readonly hasSecrets: boolean
}

/** A language or program to take it along to. */
export interface Format {
  readonly name: string
  readonly title: string
  /** The name of the file that it is downloaded as. */
  readonly file: (flow: FlowName) => string
  readonly write: (taken: Taken) => string
}

/** The steps that are taken along: the one, or all of the flow that are requests. */
export function stepsTaken({ step, choices }: Taken): readonly StepName[] {
  const all = flows[choices.flow].steps.filter((one) => one !== 'assertion')
  return step === 'all' || step === 'assertion' ? all : [step]
}

/** The values that are written out; those that are not are empty. */
export function writtenValues({ values, hasSecrets, loginUrl }: Taken): Values {
  const located = { ...values, instance_url: values.instance_url === '' ? loginUrl : values.instance_url }
  return hasSecrets ? located : { ...located, ...Object.fromEntries(secretNames.map((name) => [name, ''])) }
}

// Braces would be encoded where a URL is read: they travel as letters that nobody writes.
const [open, close] = ['zq0open0', 'zq0close0']

/** The request of a step, with names between braces for what is not written out; `undefined` for text that is no request. */
export function requestTaken(step: StepName, taken: Taken): HttpRequest | undefined {
  const text = filled(taken.templates[step], writtenValues(taken)).replaceAll(/\{\{(\w+)\}\}/g, `${open}$1${close}`)
  const reading = readHttp(text, taken.loginUrl)
  if (!reading.ok) return undefined
  const { method, url, headers, body } = reading.request
  const back = (part: string) => part.replaceAll(open, '{{').replaceAll(close, '}}')
  return { method, url: back(url), headers: headers.map(([name, value]) => [name, back(value)]), body: back(body) }
}

/** A text cut at the names in it: an odd piece is a name, an even one the text between. */
export function pieces(text: string): readonly string[] {
  return text.split(/\{\{(\w+)\}\}/)
}

/** The name of a secret as the environment has it. */
export function environmentName(name: string): string {
  return name.toUpperCase()
}

/** The parameters of a form, when the body is one. */
export function formOf({
  headers,
  body,
}: HttpRequest): readonly (readonly [name: string, value: string])[] | undefined {
  const isForm = headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && /x-www-form-urlencoded/i.test(value),
  )
  return isForm && body !== '' ? [...new URLSearchParams(body)] : undefined
}
