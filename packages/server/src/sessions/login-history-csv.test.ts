import { describe, expect, it } from 'vitest'
import { loginCsvHeader, loginCsvLine } from './login-history-csv.ts'

const attempt = {
  id: 1,
  orgId: '00D000000000001AAA',
  userId: '005000000000001AAA',
  at: new Date('2026-01-05T12:00:00Z'),
  loginType: 'Oauth2',
  loginSubType: undefined,
  status: 'Success',
  application: 'Ware, house "One"',
  sourceIp: '192.0.2.7',
  loginUrl: 'https://login.acme.example',
  browser: 'Unknown',
} as const

describe('login history as CSV', () => {
  it('quotes every value under its heading', () => {
    expect(loginCsvHeader + loginCsvLine(attempt, 'ada@acme.example')).toBe(
      '"Username","Login Time","Source IP","Login Type","Login Subtype","Status","Browser","Application","Login URL"\r\n' +
        '"ada@acme.example","2026-01-05T12:00:00.000Z","192.0.2.7","Remote Access 2.0","","Success","Unknown",' +
        '"Ware, house ""One""","https://login.acme.example"\r\n',
    )
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('keeps a spreadsheet from computing %s', (browser) => {
    expect(loginCsvLine({ ...attempt, browser }, 'ada@acme.example')).toContain(`"'${browser}"`)
  })
})
