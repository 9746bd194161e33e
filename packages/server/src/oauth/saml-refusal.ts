import { SamlError } from '../saml/saml-error.ts'
import { refusal } from './refusal.ts'

/** Does something with SAML, and says what is refused there in the words of the OAuth endpoints. */
export function saidOfSaml<Result>(act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    throw inOAuthWords(error)
  }
}

/** The same for what takes its time. */
export async function saidOfSamlLater<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    throw inOAuthWords(error)
  }
}

function inOAuthWords(error: unknown): unknown {
  return error instanceof SamlError ? refusal(error.refusal) : error
}
