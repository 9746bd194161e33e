import type { Diagnosis } from '@sallyport/server'
import { describe, expect, it } from 'vitest'
import { diagnosisText } from './diagnosis-text.ts'
import type { Style } from './terminal.ts'

const same = (text: string) => text
const plain: Style = { bold: same, dim: same, green: same, red: same, yellow: same, cyan: same }
const named = (name: string) => (text: string) => `<${name}>${text}</${name}>`
const coloured: Style = {
  bold: named('bold'),
  dim: named('dim'),
  green: named('green'),
  red: named('red'),
  yellow: named('yellow'),
  cyan: named('cyan'),
}

const refused: Diagnosis = {
  requestId: 'm8k2f0abcdefghij',
  at: '2026-03-01T12:00:00.000Z',
  endpoint: 'token',
  flow: 'JWT Bearer Flow',
  org: 'Target',
  app: 'Warehouse',
  user: undefined,
  sourceIp: '127.0.0.1',
  answer: { status: 400, error: 'invalid_grant', description: 'audience is invalid' },
  checks: [
    { outcome: 'passed', check: 'client-known', title: 'The app is known', found: 'app: Warehouse' },
    { outcome: 'passed', check: 'signature', title: 'The signature is right', found: undefined },
    {
      outcome: 'refused',
      check: 'audience',
      title: 'The audience (aud) names this server',
      reason: 'audience-unknown',
      expected: 'http://localhost:8787 or https://login.salesforce.com',
      found: '“https://test.salesforce.com”',
      whatToDo: 'This org is a production org. Write `"aud": "https://login.salesforce.com"` and send it again.',
      whereInSetup: 'Setup > My Domain',
    },
  ],
}

describe('a diagnosis for people', () => {
  it('has ticks, the cross, and what to do', () => {
    expect(diagnosisText(refused, plain, 80)).toBe(
      `✗ 400 invalid_grant: audience is invalid

  Request   m8k2f0abcdefghij
  At        2026-03-01T12:00:00.000Z
  Endpoint  token
  Flow      JWT Bearer Flow
  Org       Target
  App       Warehouse
  From      127.0.0.1

✓ The app is known
    app: Warehouse
✓ The signature is right
✗ The audience (aud) names this server
    Expected       http://localhost:8787 or https://login.salesforce.com
    Found          “https://test.salesforce.com”
    What to do     This org is a production org. Write
                   \`"aud": "https://login.salesforce.com"\` and send it again.
    In Salesforce  Setup > My Domain

Nothing further was checked.`,
    )
  })

  it('is ticks alone for a request that was granted', () => {
    const granted = {
      ...refused,
      answer: { status: 200, error: undefined, description: undefined },
      checks: refused.checks.slice(0, 2),
    }
    const text = diagnosisText(granted, plain, 80)
    expect(text.split('\n')[0]).toBe('✓ 200')
    expect(text).not.toContain('✗')
    expect(text).not.toContain('Nothing further')
  })

  it('is set off in colour only where the style has some', () => {
    const text = diagnosisText(refused, coloured, 80)
    expect(text).toContain('<green>✓</green> The app is known')
    expect(text).toContain('<red>✗</red> <bold>The audience (aud) names this server</bold>')
    expect(text).toContain('<dim>Nothing further was checked.</dim>')
  })

  it('never breaks a command, however narrow the terminal', () => {
    expect(diagnosisText(refused, plain, 30)).toContain('`"aud": "https://login.salesforce.com"`')
  })

  it('shows what a terminal would obey instead of letting it', () => {
    const [, , crossed] = refused.checks
    if (crossed === undefined) throw new Error('The sample has three checks.')
    const hostile = {
      ...refused,
      app: 'Ware\u001b[2Jhouse',
      checks: [{ ...crossed, found: 'a\u001b]0;owned\u0007\nb\u202ec' }],
    }
    const text = diagnosisText(hostile, plain, 80)
    expect(text).toContain('Ware\ufffd[2Jhouse')
    for (const sign of ['\u001b', '\u0007', '\u202e']) expect(text).not.toContain(sign)
  })
})
