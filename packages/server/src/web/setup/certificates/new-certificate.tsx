import { createCertificate, importCertificate } from '../../../certificates/new-certificate.ts'
import { keySizes } from '../../../certificates/self-signed.ts'
import { done, type Outcome } from '../../../problem.ts'
import { Card } from '../blocks.tsx'
import { area, check, choice, text } from '../field.tsx'
import { type Done, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { certificatePath, certificatesPath } from './find-certificate.ts'

type Needs = Pick<SetupNeeds, 'seal' | 'newId' | 'now'>

const named = {
  label: text({ label: 'Label', isRequired: true, help: 'What people see. At most 64 characters.' }),
  name: text({
    label: 'Unique Name',
    isRequired: true,
    help: 'What programs call it by: letters, digits and single underscores, beginning with a letter. It cannot be changed later.',
  }),
}

const isPrivateKeyExportable = check({
  label: 'Exportable Private Key',
  help: 'Ticked, the key may leave in a key store, for a program that signs elsewhere. Left, it stays on this server for ever.',
})

const made = {
  ...named,
  keySize: choice({
    label: 'Key Size',
    options: keySizes.map((size) => ({
      value: String(size),
      label: `${size} bits, valid for ${size === 4096 ? 'two years' : 'one year'}`,
    })),
    help: 'A larger key makes each signature slower. It cannot be changed later.',
  }),
  isPrivateKeyExportable,
}

/** The ways to a new certificate: made here, made here and signed by an authority, or brought. */
export function newCertificate(needs: Needs): readonly SetupRoute[] {
  return [...selfSigned(needs), ...caSigned(needs), ...upload(needs)]
}

function selfSigned(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${certificatesPath}/new-self-signed`,
    right: 'manage certificates',
    find: async () => ({}),
    fields: () => made,
    start: () => ({ keySize: '2048', isPrivateKeyExportable: true }),
    show: (form) => ({
      title: 'Create Self-Signed Certificate',
      lead: 'A key is made here, and a certificate that it signs itself. That is enough for JWT bearer: the app gets the certificate.',
      place: certificatesPath,
      inside: (
        <Card title="Certificate and key">
          {form.field('label')}
          {form.field('name')}
          {form.field('keySize')}
          {form.field('isPrivateKeyExportable')}
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: () => certificatesPath,
    async act(values, _, { stores, org }) {
      const outcome = await createCertificate({ ...needs, ...stores }, org, {
        ...values,
        keySize: Number(values.keySize),
      })
      return goTo(outcome, ({ id }) => ({
        to: certificatePath({ id }),
        say: `${values.label} is made. Download it and upload it to the app that is to believe this org.`,
      }))
    },
  })
}

function caSigned(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${certificatesPath}/new-ca-signed`,
    right: 'manage certificates',
    find: async () => ({}),
    fields: () => made,
    start: () => ({ keySize: '2048', isPrivateKeyExportable: true }),
    show: (form) => ({
      title: 'Create CA-Signed Certificate',
      lead: 'First a key is made here, then a certification authority is asked to vouch for it.',
      place: certificatesPath,
      inside: (
        <Card title="Key">
          <ol class="slds-list_ordered">
            <li>Here: a key, and a certificate that it signs itself until the authority’s is there.</li>
            <li>Next page: whom the authority is to vouch for, and the request (CSR) to download and send it.</li>
            <li>When the authority has answered: Upload Signed Certificate, on the certificate’s page.</li>
          </ol>
          {form.field('label')}
          {form.field('name')}
          {form.field('keySize')}
          {form.field('isPrivateKeyExportable')}
        </Card>
      ),
    }),
    submit: 'Save and Go On',
    cancel: () => certificatesPath,
    async act(values, _, { stores, org }) {
      const outcome = await createCertificate({ ...needs, ...stores }, org, {
        ...values,
        keySize: Number(values.keySize),
      })
      return goTo(outcome, ({ id }) => ({
        to: `${certificatePath({ id })}/csr`,
        say: `The key of ${values.label} is made. Now the request for the certification authority.`,
      }))
    },
  })
}

const brought = {
  ...named,
  certificate: area({
    label: 'Certificate',
    isRequired: true,
    rows: 8,
    accepts: '.crt,.pem,.cer,.der',
    help: 'PEM, beginning with -----BEGIN CERTIFICATE-----; behind it those that vouch for it. With script, a file may be dropped here.',
  }),
  privateKey: {
    ...area({
      label: 'Private Key',
      rows: 4,
      help: 'PEM without a password, if this org is to sign with it. Left empty, the certificate alone is held. It is never shown again.',
    }),
    isForgotten: true,
  },
  isPrivateKeyExportable,
}

function upload(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${certificatesPath}/upload`,
    right: 'manage certificates',
    find: async () => ({}),
    fields: () => brought,
    start: () => ({ isPrivateKeyExportable: true }),
    show: (form) => ({
      title: 'Upload Certificate',
      lead: 'A certificate that exists already, with its private key or without.',
      place: certificatesPath,
      inside: (
        <Card title="Certificate and key">
          {form.field('label')}
          {form.field('name')}
          {form.field('certificate')}
          {form.field('privateKey')}
          {form.field('isPrivateKeyExportable')}
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: () => certificatesPath,
    async act({ privateKey, ...values }, _, { stores, org }) {
      const key = privateKey.trim() === '' ? {} : { privateKey }
      const outcome = await importCertificate({ ...needs, ...stores }, org, { ...values, ...key })
      return goTo(outcome, ({ id }) => ({ to: certificatePath({ id }), say: `${values.label} is held.` }))
    },
  })
}

function goTo<Value>(outcome: Outcome<Value>, where: (value: Value) => Done): Outcome<Done> {
  return outcome.ok ? done(where(outcome.value), outcome.warnings) : outcome
}
