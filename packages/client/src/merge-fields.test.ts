import { describe, expect, it } from 'vitest'
import { mergeFields } from './merge-fields.ts'
import { NamedCredentialError } from './named-credential-error.ts'

const values: Readonly<Record<string, string>> = {
  '$credential.username': 'ada & co',
  '$credential.oauthtoken': '00D!{!$Credential.Username}',
  '$credential.orgb.apikey': 'k',
  '$credential.broken': 'a\r\nX-Evil: b',
}
const fields = {
  async find(name: string): Promise<string> {
    const value = values[name.toLowerCase()]
    if (value === undefined) throw new NamedCredentialError('merge-field-unknown', `There is no ${name}.`)
    return value
  },
}

describe('merge fields', () => {
  it('are replaced in headers and bodies, in any case, with the parameters of an external credential', async () => {
    expect(await mergeFields('Bearer {!$Credential.OrgB.ApiKey}-{! $CREDENTIAL.username }', 'header', fields)).toBe(
      'Bearer k-ada & co',
    )
  })

  it('are encoded by HTMLENCODE in a body, and refuse it in a header', async () => {
    const text = '<user>{!HTMLENCODE($Credential.Username)}</user>'
    expect(await mergeFields(text, 'body', fields)).toBe('<user>ada &amp; co</user>')
    await expect(mergeFields(text, 'header', fields)).rejects.toMatchObject({ reason: 'header-invalid' })
  })

  it('are not looked for in what was put in', async () => {
    expect(await mergeFields('{!$Credential.OAuthToken}', 'body', fields)).toBe('00D!{!$Credential.Username}')
  })

  it('leave all else in braces alone', async () => {
    const text =
      '{"a":{}} {!$User.Id} {!URLENCODE($Credential.Username)} {!HTMLENCODE(HTMLENCODE($Credential.Username))} $&'
    expect(await mergeFields(text, 'body', fields)).toBe(text)
  })

  it('are refused when there is no such field, and when a value would begin another header', async () => {
    await expect(mergeFields('{!$Credential.Nope}', 'body', fields)).rejects.toMatchObject({
      reason: 'merge-field-unknown',
    })
    await expect(mergeFields('{!$Credential.Broken}', 'header', fields)).rejects.toMatchObject({
      reason: 'header-invalid',
    })
  })
})
