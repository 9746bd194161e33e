/** A word of a formula, with where it begins. */
export interface Word {
  readonly kind: 'text' | 'number' | 'name' | 'field' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

/** A formula that cannot be read. The message is for the person who wrote it. */
export class FormulaError extends Error {
  override readonly name = 'FormulaError'
  constructor(message: string, at: number) {
    super(`${message} (at character ${at + 1}).`)
  }
}

const pattern =
  /\s*(?:\/\*[\s\S]*?\*\/\s*)*(?:("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(\d+(?:\.\d+)?|\.\d+)|(\$[A-Za-z]\w*\.\w+)|([A-Za-z]\w*)|(<>|!=|==|<=|>=|&&|\|\||[-+*/&=<>(),!])|($))/y

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** Takes a formula apart. @throws {FormulaError} */
export function wordsOf(formula: string): readonly Word[] {
  const words: Word[] = []
  for (let place = 0; ; ) {
    pattern.lastIndex = place
    const found = pattern.exec(formula)
    if (found === null) throw new FormulaError(unreadable(formula.slice(place).trimStart()), place)
    const [all, text, number, field, name, sign] = found
    const word = text ?? number ?? field ?? name ?? sign ?? ''
    const at = place + all.length - word.length
    if (text !== undefined) words.push({ kind: 'text', text: unescaped(text.slice(1, -1)), at })
    else if (number !== undefined) words.push({ kind: 'number', text: number, at })
    else if (field !== undefined) words.push({ kind: 'field', text: field.slice(1), at })
    else if (name !== undefined) words.push({ kind: 'name', text: name.toUpperCase(), at })
    else if (sign !== undefined) words.push({ kind: 'sign', text: sign, at })
    else return [...words, { kind: 'end', text: '', at }]
    place += all.length
  }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, (_, character: string) => escapes[character] ?? character)
}

function unreadable(rest: string): string {
  if (rest.startsWith('"') || rest.startsWith("'")) return 'A text has no quotation mark at its end'
  if (rest.startsWith('/*')) return 'A comment has no end'
  if (rest.startsWith('$')) return 'A merge field reads $User.Email: an object, a dot, a field'
  return `“${rest.slice(0, 1)}” means nothing here`
}
