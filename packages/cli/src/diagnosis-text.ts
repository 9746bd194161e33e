import type { CrossedDiagnosis, DiagnosedCheck, Diagnosis, PassedDiagnosis } from '@sallyport/server'
import { printable, type Style } from './terminal.ts'

/**
 * A request as a checklist for people: what it was and what it was told, a tick for each check it passed, and a cross
 * for the one it did not, with what to do.
 * @param width columns to keep to; commands are never broken, so that they can be pasted
 */
export function diagnosisText(diagnosis: Diagnosis, style: Style, width: number): string {
  const { requestId, at, endpoint, flow, org, app, user, sourceIp, checks } = diagnosis
  const isRefused = checks.some(({ outcome }) => outcome === 'refused')
  return [
    answerLine(diagnosis, isRefused, style),
    '',
    ...pairs(
      { Request: requestId, At: at, Endpoint: endpoint, Flow: flow, Org: org, App: app, User: user, From: sourceIp },
      '  ',
      style,
      width,
    ),
    '',
    checksText(checks, style, width),
    ...(isRefused ? ['', style.dim('Nothing further was checked.')] : []),
  ].join('\n')
}

/** The checks alone: a tick for each that was passed, and a cross for the one that was not, with what to do. */
export function checksText(checks: readonly DiagnosedCheck[], style: Style, width: number): string {
  return checks.flatMap((check) => checkLines(check, style, width)).join('\n')
}

function answerLine({ answer }: Diagnosis, isRefused: boolean, style: Style): string {
  const { status, error, description } = answer
  const words = [error, description].filter((word) => word !== undefined).join(': ')
  if (!isRefused) return `${style.green('✓')} ${style.bold(String(status))}`
  return `${style.red('✗')} ${style.bold([status, printable(words)].join(' ').trim())}`
}

function checkLines(check: DiagnosedCheck, style: Style, width: number): readonly string[] {
  return check.outcome === 'passed' ? passedLines(check, style, width) : crossedLines(check, style, width)
}

function passedLines({ title, found }: PassedDiagnosis, style: Style, width: number): readonly string[] {
  const lines = found === undefined ? [] : wrapped(found, width - indent.length)
  return [`${style.green('✓')} ${printable(title)}`, ...lines.map((line) => style.dim(indent + line))]
}

function crossedLines(check: CrossedDiagnosis, style: Style, width: number): readonly string[] {
  const { title, expected, found, whatToDo, whereInSetup } = check
  const explanation = { Expected: expected, Found: found, 'What to do': whatToDo, 'In Salesforce': whereInSetup }
  return [`${style.red('✗')} ${style.bold(printable(title))}`, ...pairs(explanation, indent, style, width)]
}

const indent = '    '

/** Names with their values beside them; what is unset is left out. */
export function pairs(
  values: Readonly<Record<string, string | undefined>>,
  start: string,
  style: Style,
  width: number,
): readonly string[] {
  const longest = Math.max(...Object.keys(values).map((name) => name.length))
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return []
    const [first = '', ...rest] = wrapped(value, width - start.length - longest - 2)
    const space = ' '.repeat(longest + 2)
    return [
      `${start}${style.dim(name.padEnd(longest))}  ${first}`.trimEnd(),
      ...rest.map((line) => `${start}${space}${line}`),
    ]
  })
}

/** Breaks a text at its spaces, and not within a command between backticks. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const [word] of printable(text)
    .replaceAll(/\s+/g, ' ')
    .matchAll(/(?:`[^`]*`|[^\s`])+|`/g)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
