import type { EvidenceDiagnosis, ExchangeDiagnosis, LikelyCause } from '@sallyport/client'
import { pairs } from './diagnosis-text.ts'
import { printable, type Style } from './terminal.ts'

/** What a HAR file, a log or an answer comes down to, for people: each exchange with its causes, the likeliest first. */
export function evidenceText({ exchanges, notUnderstood }: EvidenceDiagnosis, style: Style, width: number): string {
  const shown = exchanges.map((exchange) => exchangeText(exchange, style, width))
  if (notUnderstood.length === 0) return shown.join('\n\n')
  const lines = notUnderstood.map((line) => `  ${style.yellow('!')} ${printable(line)}`)
  return [...shown, [style.dim('Not understood:'), ...lines].join('\n')].join('\n\n')
}

// The rest is in the JSON.
const mostCauses = 4
const mostTied = 9

function exchangeText(exchange: ExchangeDiagnosis, style: Style, width: number): string {
  const { where, asked, requestId, verdict, causes, tied, notes } = exchange
  const { request, ...others } = asked
  const shown = causes.slice(0, verdict === 'foreseen' ? causes.length : Math.min(Math.max(tied, mostCauses), mostTied))
  return [
    `${answerLine(exchange, style)}  ${style.dim(where)}`,
    '',
    ...pairs({ Request: request, ...others, 'Request id': requestId }, '  ', style, width),
    '',
    verdictLine(exchange, style),
    ...shown.flatMap((cause, index) => ['', ...causeLines(cause, index + 1, verdict, style, width)]),
    ...notes.flatMap((note) => ['', `${style.yellow('!')} ${printable(note)}`]),
  ].join('\n')
}

function answerLine({ verdict, status, error, description }: ExchangeDiagnosis, style: Style): string {
  const words = [error, description].filter((word) => word !== undefined).join(': ')
  const text = [status, printable(words)].filter((part) => part !== undefined && part !== '').join(' ')
  if (verdict === 'granted') return `${style.green('✓')} ${style.bold(text === '' ? 'granted' : `${text} granted`)}`
  if (verdict === 'foreseen') return `${style.dim('?')} ${style.bold('not answered yet')}`
  return `${style.red('✗')} ${style.bold(text)}`
}

function verdictLine({ verdict, tied, causes }: ExchangeDiagnosis, style: Style): string {
  switch (verdict) {
    case 'granted':
      return style.dim('Nothing was refused.')
    case 'certain':
      return 'This is the cause:'
    case 'one-of':
      return `One of these ${tied}: request and answer alone cannot tell which. The likeliest first:`
    case 'foreseen':
      return causes.length === 0
        ? style.dim('Nothing is wrong with it that can be seen without its answer.')
        : 'It would be refused:'
    case 'unknown':
      return 'Nobody here knows these words. Look at the whole answer, and at Login History in Setup.'
  }
}

function causeLines(
  { cause, likelihood, meaning, found, whatToDo, setting, command }: LikelyCause,
  rank: number,
  verdict: ExchangeDiagnosis['verdict'],
  style: Style,
  width: number,
): readonly string[] {
  const odds = verdict === 'foreseen' ? '' : style.dim(` ${likelihood} %`)
  const isOnePlace = setting?.connectedApp === setting?.externalClientApp
  const places = isOnePlace
    ? { 'In Salesforce': setting?.connectedApp }
    : { 'Connected app': setting?.connectedApp, 'External client app': setting?.externalClientApp }
  const todo = Object.fromEntries(whatToDo.map((one, index) => [index === 0 ? 'What to do' : ' '.repeat(index), one]))
  const all = { Found: found, ...todo, ...places, Command: command === undefined ? undefined : `\`${command}\`` }
  return [`${rank}. ${style.bold(printable(meaning))} ${style.dim(cause)}${odds}`, ...pairs(all, '   ', style, width)]
}
