import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { fromBase64 } from '../encoding.ts'

/** A SAML assertion that was sent, taken apart as far as rules ask. */
export interface SentSaml {
  /** Whether it can be read, and is one assertion that is not encrypted. */
  readonly isWellFormed: boolean
  /** Whether it is a response whose assertion is encrypted: what that says, nobody sees. */
  readonly isEncrypted: boolean
  readonly isSigned: boolean
  /** Algorithms of signature and digest. */
  readonly algorithms: readonly string[]
  /** The status of a response; `undefined` where there is none. */
  readonly status: string | undefined
  readonly issuer: string | undefined
  readonly subject: string | undefined
  readonly hasBearer: boolean
  readonly audiences: readonly string[]
  readonly recipients: readonly string[]
  /** Seconds since 1970: the earliest end, and the latest start. */
  readonly end: number | undefined
  readonly start: number | undefined
}

const none: SentSaml = {
  isWellFormed: false,
  isEncrypted: false,
  isSigned: false,
  algorithms: [],
  status: undefined,
  issuer: undefined,
  subject: undefined,
  hasBearer: false,
  audiences: [],
  recipients: [],
  end: undefined,
  start: undefined,
}

const longest = 100_000
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })
const parser = new XMLParser({
  processEntities: false,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  preserveOrder: true,
})

interface Seen {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly text: string
}

/** Takes a SAML assertion apart. What is none says so. Nothing of it is believed, or kept. */
export function readSaml(sent: string): SentSaml {
  const xml = xmlOf(sent)
  if (xml === undefined || /<!|<\?(?!xml\s)/.test(xml) || XMLValidator.validate(xml) !== true) return none
  const elements = elementsOf(parser.parse(xml))
  const named = (name: string) => elements.filter((element) => element.name === name)
  const [assertion, ...others] = named('Assertion')
  const confirmations = named('SubjectConfirmationData')
  const conditions = named('Conditions')
  const times = (all: readonly Seen[], attribute: string) =>
    all.flatMap(({ attributes }) => {
      const time = attributes.get(attribute)
      return time === undefined ? [] : [Date.parse(time) / 1000]
    })
  const ends = times([...confirmations, ...conditions], 'NotOnOrAfter')
  const starts = [
    ...times([...confirmations, ...conditions], 'NotBefore'),
    ...times(named('Assertion'), 'IssueInstant'),
  ]
  const isRead =
    assertion?.attributes.get('Version') === '2.0' &&
    others.length === 0 &&
    named('EncryptedAssertion').length === 0 &&
    assertion.attributes.has('ID') &&
    named('Issuer').length > 0 &&
    [...ends, ...starts].every((time) => !Number.isNaN(time))
  return {
    isWellFormed: isRead,
    isEncrypted:
      assertion === undefined && elements[0]?.name === 'Response' && named('EncryptedAssertion').length === 1,
    isSigned: named('Signature').length > 0,
    algorithms: [...named('SignatureMethod'), ...named('DigestMethod')].map(
      ({ attributes }) => attributes.get('Algorithm') ?? '',
    ),
    status: named('StatusCode')[0]?.attributes.get('Value'),
    issuer: named('Issuer').at(-1)?.text,
    subject: named('NameID').find(({ text }) => text !== '')?.text,
    hasBearer: named('SubjectConfirmation').some(({ attributes }) => attributes.get('Method')?.endsWith(':bearer')),
    audiences: named('Audience').map(({ text }) => text),
    recipients: confirmations.flatMap(({ attributes }) => attributes.get('Recipient') ?? []),
    end: ends.length === 0 ? undefined : Math.min(...ends),
    start: starts.length === 0 ? undefined : Math.max(...starts),
  }
}

function xmlOf(sent: string): string | undefined {
  const bytes = sent.length > longest ? undefined : fromBase64(sent.replaceAll(/[\r\n]/g, '').replaceAll(' ', '+'))
  if (bytes === undefined) return undefined
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** Every element, in the order of the document. The parser itself bounds how deep they may be. */
function elementsOf(nodes: unknown): readonly Seen[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: unknown) => {
    if (typeof node !== 'object' || node === null) return []
    const { ':@': attributes, ...rest }: Record<string, unknown> = { ...node }
    const [entry] = Object.entries(rest)
    if (entry === undefined || entry[0].startsWith('#')) return []
    const [name, children] = entry
    const given = Object.entries(typeof attributes === 'object' && attributes !== null ? attributes : {})
    return [
      {
        name,
        attributes: new Map(given.map(([key, value]) => [key.slice(1), String(value)])),
        text: textWithin(children),
      },
      ...elementsOf(children),
    ]
  })
}

function textWithin(children: unknown): string {
  if (!Array.isArray(children)) return ''
  const texts = children.map((child: unknown) =>
    typeof child === 'object' && child !== null && '#text' in child ? String(child['#text']) : '',
  )
  return texts.join('').trim()
}
