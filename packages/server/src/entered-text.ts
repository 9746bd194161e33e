/** Text as a person entered it, without the blanks around it; nothing at all is `undefined`. */
export function trimmed(text: string | undefined): string | undefined {
  const rest = text?.trim()
  return rest === '' ? undefined : rest
}

/**
 * What is wrong with one line of text, or `undefined` when nothing is. Control characters could forge lines in lists,
 * logs and headers; lone surrogates are no text at all.
 */
export function lineProblem(text: string, most: number): string | undefined {
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)) return 'Use one line of text, without control characters.'
  if (text.length > most) return `Use at most ${most} characters.`
  return undefined
}

/** The same for a line that must not be empty. */
export function requiredLineProblem(text: string | undefined, most: number): string | undefined {
  return text === undefined ? 'Enter a value.' : lineProblem(text, most)
}

/** What is wrong with an e-mail address, or `undefined`. A name, `@` and a domain will do: no mail server is asked. */
export function emailProblem(text: string | undefined): string | undefined {
  if (text === undefined) return 'Enter an e-mail address.'
  if (text.length > 80) return 'Use at most 80 characters.'
  return isEmail(text) ? undefined : 'Enter an e-mail address, such as ada@acme.example.'
}

/** Whether a text has the form of an e-mail address. */
export function isEmail(text: string): boolean {
  return /^[^\s\p{C}@<>(),;:"[\]\\]+@[^\s\p{C}@<>(),;:"[\]\\]+$/u.test(text)
}
