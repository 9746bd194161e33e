import type { OrgCertificate } from '../../../certificates/certificate.ts'
import { createCertificate, importCertificate } from '../../../certificates/new-certificate.ts'
import { commandLine, shellWord } from '../../../oauth/explanations/mending.ts'
import type { Org } from '../../../orgs/org.ts'
import { done, type Outcome, refused } from '../../../problem.ts'
import { Card } from '../blocks.tsx'
import { area, choice, radios, text } from '../field.tsx'
import type { ValuesOf } from '../form.tsx'
import { type Done, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { Elsewhere, goTo, guidePage, guidePath, Way } from './guide.tsx'

interface Start {
  readonly org: Org
  readonly held: readonly OrgCertificate[]
}

function fields({ held }: Start) {
  return {
    way: radios({
      label: 'Where the key comes from',
      help: 'The private key signs, so whoever has it can ask for tokens. It must be where your server is, and nowhere else for long.',
      options: [
        {
          value: 'made',
          label: 'Make key and certificate here',
          hint: 'This org keeps both, can test with them, and hands out the key for your server.',
        },
        {
          value: 'brought',
          label: 'Bring your own certificate',
          hint: 'The private key stays where it is. Best where it must never leave its machine.',
        },
        {
          value: 'held',
          label: 'Use a certificate of this org',
          hint: held.length === 0 ? 'There is none yet.' : 'One that was made or brought before.',
        },
      ],
    }),
    name: text({
      label: 'Unique Name',
      help: 'For one made or brought: letters, digits and underscores, such as Warehouse_Server. Apex and named credentials call it by this name.',
    }),
    certificate: area({
      label: 'Certificate (PEM)',
      help: 'For your own: what begins with -----BEGIN CERTIFICATE-----, RSA of at least 2048 bits. Never the private key.',
      rows: 8,
      accepts: '.crt,.cer,.pem,.der',
    }),
    held: choice({
      label: 'Certificate of this org',
      options: held.map(({ id, label, name }) => ({ value: id, label: `${label} (${name})` })),
      none: 'None',
      isRequired: false,
      help: 'Only for the last of the ways above; with the others it is not looked at.',
    }),
  }
}

type Values = ValuesOf<ReturnType<typeof fields>>

/** The first step: a key pair, of which the server keeps the private half and the org the certificate. */
export function keyStep(needs: Pick<SetupNeeds, 'seal' | 'newId' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${guidePath}/key`,
    right: 'manage connected apps',
    find: async ({ stores, org }): Promise<Start> => ({ org, held: await stores.certificates.list(org.id) }),
    fields,
    start: () => ({ way: 'made' }),
    show: (form, { org }) => ({
      ...guidePage('key'),
      lead: 'Your server signs with a private key; the org checks the signature with the certificate that belongs to it.',
      inside: (
        <>
          <Way current="key" way={{}} passed={undefined} />
          <Card title="Key and certificate">
            {form.field('way')}
            {form.field('name')}
            {form.field('certificate')}
            {form.field('held')}
          </Card>
          <Elsewhere
            commands={commandsFor(form.entered('name') === '' ? 'Warehouse_Server' : form.entered('name'), org)}
            inSalesforce="Setup > Security > Certificate and Key Management > Create Self-Signed Certificate, then Download Certificate. The key leaves an org only by Export to Keystore (JKS)."
          />
        </>
      ),
    }),
    submit: 'Next',
    cancel: () => guidePath,
    act: async (values, start, { stores }) => {
      const certificate = await certificateOf(values, start, stores)
      if (!certificate.ok) return certificate
      const { label, id } = certificate.value
      const say =
        values.way === 'held'
          ? `Going on with ${label}.`
          : `${label} is in Certificate and Key Management.${values.way === 'made' ? ' Its private key can be exported there.' : ''}`
      return done<Done>({ to: goTo('app', { certificate: { ...certificate.value, id } }), say }, certificate.warnings)
    },
  })

  async function certificateOf(
    { way, name, certificate, held: wanted }: Values,
    { org, held }: Start,
    { certificates }: SetupVisit['stores'],
  ): Promise<Outcome<OrgCertificate>> {
    if (way === 'made') return createCertificate({ ...needs, certificates }, org, { name })
    if (way === 'brought') {
      const brought = certificate.trim()
      return brought === ''
        ? refused({ field: 'certificate', message: 'Paste the certificate.' })
        : importCertificate({ ...needs, certificates }, org, { name, certificate: brought })
    }
    const found = held.find(({ id }) => id === wanted)
    return found === undefined ? refused({ field: 'held', message: 'Choose a certificate.' }) : done(found)
  }
}

function commandsFor(name: string, org: Org): string {
  const file = name.toLowerCase()
  return [
    '# Made here:',
    commandLine('certificate', 'create', name, '--org', org.name),
    commandLine('certificate', 'export', name, '--org', org.name, '--private-key', '--out', `${file}.key`),
    `${commandLine('certificate', 'export', name, '--org', org.name)} > ${shellWord(`${file}.crt`)}`,
    '# Brought:',
    `openssl req -x509 -newkey rsa:2048 -noenc -days 365 -subj ${shellWord(`/CN=${name}`)} \\`,
    `  -keyout ${shellWord(`${file}.key`)} -out ${shellWord(`${file}.crt`)}`,
  ].join('\n')
}
