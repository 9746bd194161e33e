/** A form as a browser would send it: where to, and what it sends unless somebody types something else. */
export interface Form {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** The names of the fields somebody is to type into, by their type. */
  readonly typed: readonly { readonly name: string; readonly type: string }[]
}

/** The form of a page that asks for a password; `undefined` when there is none. */
export function findSignInForm(html: string): Form | undefined {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)].map(([, attributes = '', content = '']) =>
    readForm(attributes, content),
  )
  return forms.find(({ typed }) => typed.some(({ type }) => type === 'password'))
}

function readForm(attributes: string, content: string): Form {
  const inputs = [...content.matchAll(/<input\b([^>]*)>/gi)].map(([, text = '']) => ({
    name: readAttribute(text, 'name'),
    type: readAttribute(text, 'type') ?? 'text',
    value: readAttribute(text, 'value') ?? '',
  }))
  const named = inputs.flatMap(({ name, ...input }) => (name === undefined ? [] : [{ name, ...input }]))
  return {
    action: readAttribute(attributes, 'action') ?? '',
    fields: Object.fromEntries(named.filter(({ type }) => type === 'hidden').map(({ name, value }) => [name, value])),
    typed: named
      .filter(({ type }) => ['text', 'email', 'password'].includes(type))
      .map(({ name, type }) => ({ name, type })),
  }
}

function readAttribute(attributes: string, name: string): string | undefined {
  const [, quoted, bare] = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|([^\\s"'>]+))`, 'i').exec(attributes) ?? []
  const text = quoted ?? bare
  return text?.replace(
    /&(amp|lt|gt|quot|#39|#x27|#x2F|#x3D);/gi,
    (_, entity: string) => entities[entity.toLowerCase()] ?? '',
  )
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x27': "'",
  '#x2f': '/',
  '#x3d': '=',
}
