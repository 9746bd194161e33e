/** Longest unique name of a certificate. */
const longest = 80

/**
 * Whether a text may be the Unique Name of a certificate, and so the alias of an entry to import: it begins with a letter,
 * and has only letters, digits and single underscores, the last not at its end.
 */
export function isUniqueName(name: string): boolean {
  return name.length <= longest && /^[A-Za-z](?!.*__)[A-Za-z0-9_]*(?<!_)$/.test(name)
}

/**
 * The unique name nearest to a text, such as an alias that cannot be imported or the name of a file: `Org A Cert` becomes
 * `org_a_cert`, and `1` becomes `certificate_1`. In lower case, as aliases are kept in JKS files.
 */
export function uniqueNameFrom(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  const lettered = /^[a-z]/.test(plain) ? plain : `certificate_${plain}`
  return lettered.slice(0, longest).replaceAll(/_+$/g, '')
}
