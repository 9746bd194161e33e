import { checklist } from '../journal/checklist.ts'
import {
  type MessageKind,
  messageOf,
  postedText,
  readMessage,
  redirectedText,
  type SamlMessage,
} from '../saml/message.ts'
import { type MessageParameter, querySignature, querySignatureProblem } from '../saml/redirect-binding.ts'
import { SamlError } from '../saml/saml-error.ts'
import { type ExpectedSigner, verifiedElement } from '../saml/signature.ts'
import { refusal } from './refusal.ts'

/** A SAML message as a browser brought it. */
export interface BroughtMessage {
  readonly binding: 'HttpPost' | 'HttpRedirect'
  readonly parameter: MessageParameter
  /** The value of the parameter. */
  readonly sent: string
  /** The query string as it was received: its signature is over those characters. */
  readonly query: string
  readonly relayState: string | undefined
}

/** What looking for the signature of a message came to: what was signed, or why nobody knows that it was. */
export type ProvedMessage =
  | { readonly ok: true; readonly message: SamlMessage }
  | { readonly ok: false; readonly isSigned: boolean; readonly problem: string }

// More characters than anybody needs; they go along in addresses.
const longestRelayState = 1024

/** What whoever asks is to be given back, as long as it may be. @param longest characters @throws {OAuthError} */
export function boundedRelayState(relayState: string | undefined, longest = longestRelayState): string | undefined {
  if (relayState === undefined || relayState.length <= longest) return relayState
  const problem = `longer than ${longest} characters`
  throw refusal({ reason: 'parameter-malformed', facts: { parameter: 'RelayState', problem } })
}

/** What is to be given back to us: `undefined` where it is longer than others may take. */
export function shortRelayState(relayState: string | undefined): string | undefined {
  return relayState !== undefined && relayState.length <= longestRelayState ? relayState : undefined
}

/** Reads a message of one of these kinds. Nothing of it is proved. @throws {OAuthError} `saml-request-malformed` */
export function claimedMessage({ binding, sent }: BroughtMessage, kinds: readonly MessageKind[]): Promise<SamlMessage> {
  return readable(async () => readMessage(binding === 'HttpPost' ? postedText(sent) : redirectedText(sent), kinds))
}

/** Whether the holder of a certificate signed a message: over the address that brought it, or within it. */
export async function provedMessage(
  claimed: SamlMessage,
  brought: BroughtMessage,
  signer: ExpectedSigner,
  rules: { readonly acceptsSha1: boolean },
): Promise<ProvedMessage> {
  if (brought.binding === 'HttpRedirect') {
    const signature = querySignature(brought.query, brought.parameter)
    if (signature === undefined) return unsigned
    const problem = querySignatureProblem(signature, signer.certificate, rules)
    return problem === undefined ? { ok: true, message: claimed } : { ok: false, isSigned: true, problem }
  }
  try {
    // What is read is what was signed, and nothing around it.
    const root = await verifiedElement(claimed.root, signer, rules, checklist())
    return { ok: true, message: messageOf(claimed.text, root, [claimed.kind]) }
  } catch (error) {
    if (!(error instanceof SamlError)) throw error
    const { refusal: said } = error
    return said.reason === 'saml-unsigned' ? unsigned : { ok: false, isSigned: true, problem: signatureProblem(said) }
  }
}

const unsigned = { ok: false, isSigned: false, problem: 'there is none' } as const

/** What cannot be read is said in the words of whoever was asked. @throws {OAuthError} `saml-request-malformed` */
export async function readable<Result>(read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof SamlError) || error.refusal.reason !== 'saml-malformed') throw error
    throw refusal({ reason: 'saml-request-malformed', facts: error.refusal.facts })
  }
}

function signatureProblem(said: SamlError['refusal']): string {
  switch (said.reason) {
    case 'saml-signature-unfit':
      return said.facts.problem
    case 'saml-algorithm-not-allowed':
      return `the algorithm ${said.facts.found} is not taken`
    case 'saml-altered':
      return 'the message was changed after it was signed'
    default:
      return 'another key made it'
  }
}
