import { type Application, applyOrgFile } from '../src/org-file/apply.ts'
import { readOrgFile } from '../src/org-file/read.ts'
import { testCertificate } from './certificates.ts'
import { type TestActs, testNow } from './open-acts.ts'

/** Applies an org file beside which every file is the same certificate. @param subject of the certificate */
export async function applyBesideCertificate(acts: TestActs, text: string, subject: string): Promise<Application> {
  const { certificate } = await testCertificate(subject, testNow)
  const file = await readOrgFile(text, 'acme.yaml', async () => Buffer.from(certificate))
  return applyOrgFile(acts, file, { allowsPasswords: true })
}

/** What was done of it, a line for each thing. @throws {Error} with what was wrong instead */
export function changesOf(application: Application): readonly string[] {
  if (!application.ok)
    throw new Error(application.mistakes.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  return application.changes.map(({ kind, name, applied }) => `${kind} ${name} ${applied}`)
}
