import type { CertificateStore } from '../certificates/certificate.ts'
import { didYouMean } from '../closest-name.ts'
import type { Problem } from '../problem.ts'
import type { ConnectedApp, ConnectedAppStore } from './connected-app.ts'
import type { SamlConfig } from './saml-config.ts'

/** A connected app that people sign in to by SAML: a service provider. */
export type SamlApp = ConnectedApp & { readonly saml: SamlConfig }

/** Whether an app is one. */
export function isSamlApp(app: ConnectedApp): app is SamlApp {
  return app.saml !== undefined
}

/** The service providers that an org has: those made in it, and those installed from elsewhere; by label. */
export async function samlAppsOf(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'list' | 'find' | 'policiesOfOrg'> },
  org: { readonly id: string },
): Promise<readonly SamlApp[]> {
  const [own, policies] = await Promise.all([apps.list(org.id), apps.policiesOfOrg(org.id)])
  const others = policies.filter(({ appId, isInstalled }) => isInstalled && !own.some(({ id }) => id === appId))
  const installed = await Promise.all(others.map(({ appId }) => apps.find(appId)))
  return [...own, ...installed.filter((app) => app !== undefined)]
    .filter(isSamlApp)
    .toSorted((one, other) => one.label.localeCompare(other.label))
}

interface CheckNeeds {
  readonly apps: Pick<ConnectedAppStore, 'list'>
  readonly certificates: Pick<CertificateStore, 'findByName' | 'list'>
}

/** What is wrong with the SAML settings of an app as its org has the rest. */
export async function samlProblems(
  { apps, certificates }: CheckNeeds,
  { id, orgId, saml }: Pick<ConnectedApp, 'id' | 'orgId' | 'saml'>,
): Promise<readonly Problem[]> {
  if (saml === undefined || orgId === undefined) return []
  const namesake = (await apps.list(orgId)).find((other) => other.id !== id && other.saml?.entityUrl === saml.entityUrl)
  const problems: Problem[] = []
  // By it a request finds its app.
  if (namesake !== undefined) {
    problems.push({
      field: 'saml.entityUrl',
      message: `“${namesake.label}” has this Entity Id; each is unique in an org.`,
    })
  }
  const { encryptionCertificate: name } = saml
  if (name === undefined) return problems
  const held = await certificates.findByName(orgId, name)
  const names = held === undefined ? (await certificates.list(orgId)).map((each) => each.name) : []
  const unusable =
    held === undefined
      ? `The app's org has no certificate “${name.slice(0, 80)}”.${didYouMean(name, names)}`
      : held.certificate.keyType === 'RSA'
        ? undefined
        : `The key of the certificate “${name}” is ${held.certificate.keyType}; responses are encrypted for RSA keys.`
  if (unusable !== undefined) problems.push({ field: 'saml.encryptionCertificate', message: unusable })
  return problems
}
