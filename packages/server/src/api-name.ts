/** Whether a text may be the unique name of a certificate, an app or a permission set: Salesforce's rule for API names. */
export function isApiName(name: string): boolean {
  return name.length <= 80 && /^[A-Za-z](?!.*__)[A-Za-z0-9_]*(?<!_)$/.test(name)
}

/** What is wrong with an API name, in words, or `undefined` when nothing is. */
export function apiNameProblem(name: string): string | undefined {
  if (name === '') return 'Enter a name.'
  if (isApiName(name)) return undefined
  return 'A name begins with a letter and has only letters, digits and single underscores, the last not at its end.'
}

/**
 * The API name that Salesforce makes of a label: what is no letter or digit becomes an underscore, and `X` stands before a
 * digit. Empty when the label has neither letters nor digits of ASCII.
 */
export function apiNameOf(label: string): string {
  const name = label
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_/, '')
  return (/^[0-9]/.test(name) ? `X${name}` : name).slice(0, 80).replace(/_$/, '')
}
