import { Card, EmptyState } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'
import { accessStep } from './access-step.tsx'
import { appStep } from './app-step.tsx'
import { codeStep } from './code-step.tsx'
import { goTo, guidePath, shownName, stepTitles, type WithApp } from './guide.tsx'
import { keyStep } from './key-step.tsx'
import { testStep } from './test-step.tsx'
import { uploadStep } from './upload-step.tsx'
import { userStep } from './user-step.tsx'

/** *Connect a Server by JWT*: seven steps from a key to code that works, each with what it is elsewhere. */
export function connectAServer(needs: SetupNeeds): readonly SetupRoute[] {
  return [
    ...overview,
    ...keyStep(needs),
    ...appStep(needs),
    ...uploadStep(needs),
    ...accessStep(needs),
    ...userStep(needs),
    ...testStep(needs),
    ...codeStep(needs),
  ]
}

const overview: readonly SetupRoute[] = page(guidePath, 'manage connected apps', async (visit) => {
  const begun = await begunWays(visit)
  return shown(visit, {
    title: 'Connect a Server by JWT',
    lead: 'A server of yours gets tokens by signing for them: no password, no page, nobody at a browser.',
    place: guidePath,
    actions: [{ href: `${guidePath}/key`, label: 'Begin', look: 'brand' }],
    children: (
      <>
        <Card title="Seven steps">
          <div class="slds-text-longform">
            <ol>
              {Object.values(stepTitles).map((title) => (
                <li>{title}</li>
              ))}
            </ol>
            <p>
              Each step says the command of <code>sallyport</code> that does the same, and where it is in Salesforce.
              You can leave at any step and come back: what is done stays done, and the address leads back to it.
            </p>
          </div>
        </Card>
        <Card title="Go on with">
          <DataTable<WithApp>
            caption="Apps that verify with a certificate of this org"
            rows={begun}
            columns={[
              { heading: 'App', cell: (way) => <a href={goTo('access', way)}>{shownName(way.app.label)}</a> },
              { heading: 'Certificate', cell: ({ certificate }) => shownName(certificate.label) },
              {
                heading: 'Permitted Users',
                cell: ({ policies }) =>
                  policies.isAdminApproved ? 'Admin approved users are pre-authorized' : 'All users may self-authorize',
              },
            ]}
            empty={
              <EmptyState title="No server is connected yet">
                <p>
                  <a href={`${guidePath}/key`}>Begin with a key and a certificate</a>
                </p>
              </EmptyState>
            }
          />
        </Card>
      </>
    ),
  })
})

/** Where people can go on: the apps that have a certificate of this org. */
async function begunWays({ stores, org }: SetupVisit): Promise<readonly WithApp[]> {
  const [certificates, apps, policies] = await Promise.all([
    stores.certificates.list(org.id),
    stores.apps.list(org.id),
    stores.apps.policiesOfOrg(org.id),
  ])
  const held = new Map(certificates.map((one) => [one.certificate.fingerprint256, one]))
  const decided = new Map(policies.map((each) => [each.appId, each]))
  return apps.flatMap((app) => {
    const certificate = held.get(app.certificate?.fingerprint256 ?? '')
    const own = decided.get(app.id)
    return certificate === undefined || own === undefined ? [] : [{ app, certificate, policies: own }]
  })
}
