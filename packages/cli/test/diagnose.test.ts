import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { diagnose } from '../src/commands/diagnose.ts'
import { type Terminal, terminal } from '../src/terminal.ts'
import { temporaryFolder } from './program.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())

/** Runs the command in this process; answers what it printed, for programs and for people. */
async function diagnosed(...words: readonly string[]): Promise<{ readonly value: unknown; readonly text: string }> {
  const answers: { readonly value: unknown; readonly text: string }[] = []
  const shown: Terminal = {
    ...terminal({ wantsJson: false }),
    answer: (value, text) => answers.push({ value, text }),
  }
  await diagnose(shown).parseAsync(words, { from: 'user' })
  return answers[0] ?? { value: undefined, text: '' }
}

function file(name: string, lines: readonly string[]): string {
  const path = join(folder.path, name)
  writeFileSync(path, lines.join('\n'))
  return path
}

describe('sallyport diagnose, of what somebody has', () => {
  it('says why, where that is in Salesforce, and what mends it, out of a log', async () => {
    const log = file('build.log', [
      '2026-03-01T12:00:00.000Z $ curl -sS https://acme.my.salesforce.com/services/oauth2/token \\',
      '2026-03-01T12:00:00.000Z   -d grant_type=client_credentials -d client_id=3MVG9abc -d client_secret=hunter2hunter2',
      '2026-03-01T12:00:01.000Z {"error":"invalid_grant","error_description":"no client credentials user enabled"}',
    ])
    const { text } = await diagnosed(log)
    expect(text).toContain('✗ invalid_grant: no client credentials user enabled  line 1')
    expect(text).toContain('1. Nobody is named for the app to act for (Run As). run-as-missing 100 %')
    expect(text).toContain('Setup > External Client App Manager > the app > Policies > OAuth Policies')
    expect(text).toContain('`sallyport app update <name> --run-as <username>`')
    expect(text).not.toContain('hunter2')
  })

  it('answers programs with the same, and takes an error as it stands', async () => {
    const { value } = await diagnosed('{"error":"invalid_client_id","error_description":"client identifier invalid"}')
    expect(value).toMatchObject({
      kind: 'json',
      exchanges: [
        { verdict: 'one-of', tied: 3, error: 'invalid_client_id', causes: [{ cause: 'client-unknown' }, {}, {}, {}] },
      ],
    })
  })

  it('says what would be refused of a command that nobody has run yet', async () => {
    const { text } = await diagnosed(
      file('token.sh', ["curl https://login.salesforce.com/services/oauth2/token --json '{}'"]),
    )
    expect(text).toContain('It would be refused:')
    expect(text).toContain('body-not-form')
  })

  it('shows what it could not understand', async () => {
    const { text } = await diagnosed(
      file('odd.sh', ['curl --magic https://login.salesforce.com/services/oauth2/token -d grant_type=refresh_token']),
    )
    expect(text).toContain('Not understood:\n  ! line 1: the option --magic of curl')
  })

  it('fails where there is nothing of OAuth in it, and where it is not there', async () => {
    await expect(diagnosed(file('quiet.log', ['all tests passed']))).rejects.toThrow(
      'no request to an endpoint of OAuth',
    )
    await expect(diagnosed('./no-such.har')).rejects.toThrow('neither the id of a request nor a file')
  })
})
