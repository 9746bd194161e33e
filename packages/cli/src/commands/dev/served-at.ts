import { existsSync, readFileSync } from 'node:fs'
import { get as getPlain } from 'node:http'
import { get as getOverTls } from 'node:https'
import { text } from 'node:stream/consumers'
import type { DataFolder } from '../../data-folder.ts'
import { certificateFileIn } from './own-certificate.ts'

// Milliseconds; whoever answers is on this machine.
const patience = 2000

/** Whether a server that runs on this machine answers for this very org at a port: whoever else has the port does not. */
export async function isServedAt(port: number, orgId: string, folder: DataFolder): Promise<boolean> {
  const file = certificateFileIn(folder)
  const ca = existsSync(file) ? readFileSync(file) : undefined
  const answers = await Promise.all([whoAnswers(port, undefined), ca === undefined ? undefined : whoAnswers(port, ca)])
  return answers.includes(orgId.slice(0, 15))
}

/** The org whose sign-in page is at the port, by the 15 characters of its id; `undefined` where nobody says. */
async function whoAnswers(port: number, ca: Buffer | undefined): Promise<string | undefined> {
  const place = { host: 'localhost', port, path: '/.well-known/auth-configuration' }
  const options = { ...place, agent: false, signal: AbortSignal.timeout(patience) }
  try {
    const json: unknown = JSON.parse(
      await new Promise((resolve, reject) => {
        const read = (answer: NodeJS.ReadableStream) => text(answer).then(resolve, reject)
        const asked = ca === undefined ? getPlain(options, read) : getOverTls({ ...options, ca }, read)
        asked.on('error', reject)
      }),
    )
    return typeof json === 'object' && json !== null && 'OrgId' in json ? String(json.OrgId) : undefined
  } catch {
    // Nobody, or somebody who speaks of other things.
    return undefined
  }
}
