import { changeOrg } from '../../orgs/change-org.ts'
import { done } from '../../problem.ts'
import { id15 } from '../../record-id.ts'
import { Card, Copyable, Details, Notice } from './blocks.tsx'
import { text, whole } from './field.tsx'
import { formPage, page, shown } from './route.tsx'
import type { SetupNeeds } from './setup.ts'
import type { SetupRoute } from './setup-visit.ts'

const path = '/setup/my-domain'

type Needs = Pick<SetupNeeds, 'addresses'>

/** *My Domain*: at which addresses this org answers, and how to have others. */
export function myDomain(needs: Needs): readonly SetupRoute[] {
  return [...overview(needs), ...edit(needs)]
}

function overview({ addresses }: Needs): readonly SetupRoute[] {
  return page(path, 'view setup', async (visit) => {
    const { org, site } = visit
    const own = addresses.baseOf(org, site)
    const hasOwn = own !== site.loginBase
    return shown(visit, {
      title: 'My Domain',
      lead: 'The addresses at which this org answers. Its own is the instance URL that apps call with their tokens.',
      place: path,
      actions: [visit.can('manage the org') ? { href: `${path}/edit`, label: 'Edit', look: 'brand' } : undefined],
      children: (
        <>
          {!hasOwn && (
            <Notice look="warning">
              This org has no address of its own, so it shares the login host. The client credentials flow works only at
              an org’s own address.
            </Notice>
          )}
          <Card title="Addresses">
            <Details
              rows={[
                ['Current My Domain URL', <Copyable text={own} label="My Domain URL" />],
                ['Login Host of All Orgs', <Copyable text={site.loginBase} label="login host" />],
                ['My Domain Name', org.myDomain === undefined ? '' : <code>{org.myDomain}</code>],
                ['Port of Its Own', org.port === undefined ? '' : String(org.port)],
                ['Organization ID', <Copyable text={id15(org.id)} label="organization ID" />],
                ['Organization Type', org.type],
              ]}
            />
          </Card>
          <Card title="Accepted as audience">
            <p>
              The <code>aud</code> of an assertion (JWT bearer) names one of these, or the login host of Salesforce
              where this server takes it.
            </p>
            <ul class="slds-list_dotted">
              {addresses.basesOf(org).map((base) => (
                <li>
                  <code>{base}</code>
                </li>
              ))}
            </ul>
          </Card>
        </>
      ),
    })
  })
}

function edit({ addresses }: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${path}/edit`,
    right: 'manage the org',
    find: async ({ org }) => org,
    fields: () => ({
      myDomain: text({
        label: 'My Domain Name',
        help: 'One label of a host name: letters, digits and hyphens. Left empty, the org has no host name of its own.',
      }),
      port: whole({
        label: 'Port of Its Own',
        unit: '(1–65535)',
        help: 'For machines that know no host names below localhost. Where it is set, it is the org’s address, and the name above is not used.',
      }),
    }),
    start: ({ myDomain: name, port }) => ({ myDomain: name ?? '', port }),
    show: (form, org, { site }) => ({
      title: 'Edit My Domain',
      place: path,
      inside: (
        <Card title="Address">
          <Notice look="warning">
            The address of before stops at once, with no redirect: apps that call{' '}
            <strong>{addresses.baseOf(org, site)}</strong> fail until they are told the new one. With it change the
            issuer of ID tokens asked for there, and the instance URL in new token answers. Tokens and approvals stay,
            and so does the login host.
          </Notice>
          {form.field('myDomain')}
          {form.field('port')}
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: () => path,
    async act({ myDomain: name, port }, org, visit) {
      const outcome = await changeOrg(visit.stores, org, { myDomain: name, port: port ?? 0 })
      if (!outcome.ok) return outcome
      const { site } = visit
      const before = addresses.baseOf(org, site)
      const after = addresses.baseOf(outcome.value, site)
      if (site.org === undefined || before === after) return done({ to: path, say: 'My Domain is saved.' })
      // The page stands at an address that is the org's no more, and no form may lead to another: a link does.
      return shown(visit, {
        title: 'My Domain',
        documentTitle: 'My Domain is saved',
        place: path,
        children: (
          <Card title="My Domain is saved">
            <p>
              This org answers at <a href={`${after}${path}`}>{after}</a> from now on, and not here any more. Sign in
              there once more.
            </p>
          </Card>
        ),
      })
    },
  })
}
