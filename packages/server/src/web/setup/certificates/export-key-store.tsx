import type { OrgCertificate } from '../../../certificates/certificate.ts'
import { exportKeyStore } from '../../../certificates/key-store.ts'
import { refused } from '../../../problem.ts'
import { Card, EmptyState } from '../blocks.tsx'
import { download } from '../download.ts'
import { choices, password, radios } from '../field.tsx'
import { notTheirPassword, ownPassword } from '../own-password.ts'
import { formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { privateKeyWords } from './certificate-words.tsx'
import { certificatesPath } from './find-certificate.ts'

const files = {
  jks: { name: 'keystore.jks', type: 'application/x-java-keystore' },
  pkcs12: { name: 'keystore.p12', type: 'application/x-pkcs12' },
} as const

function fieldsFor(held: readonly OrgCertificate[]) {
  return {
    certificates: choices({
      label: 'Certificates',
      isRequired: true,
      options: held.map((certificate) => ({
        value: certificate.id,
        label: certificate.label,
        hint: `${certificate.name}. Private key: ${privateKeyWords(certificate).toLowerCase()}`,
      })),
      help: 'Private keys that are held and exportable go along; of the others only the certificate.',
    }),
    format: radios({
      label: 'Format',
      help: 'What is to read the file decides: a store of the other kind is refused there, whatever its name ends in.',
      options: [
        {
          value: 'jks',
          label: 'JKS',
          hint: 'What Salesforce imports. It protects little: whoever has the file can try passwords fast.',
        },
        { value: 'pkcs12', label: 'PKCS#12', hint: 'What everything else reads (.p12, .pfx), and better protected.' },
      ],
    }),
    storePassword: password({
      label: 'Keystore Password',
      autocomplete: 'new-password',
      help: 'Of 6 characters or more, better 20. It opens the file and the keys in it.',
    }),
    storePasswordAgain: password({
      label: 'Keystore Password, Again',
      autocomplete: 'new-password',
      help: 'A slip in it would lock the file for good: nobody can find it out again.',
    }),
    ownPassword,
  }
}

/** *Export to Keystore*: certificates with their private keys, as one file. */
export function exportKeyStorePage(needs: Pick<SetupNeeds, 'seal' | 'passwords' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${certificatesPath}/export`,
    right: 'manage certificates',
    find: ({ stores, org }) => stores.certificates.list(org.id),
    fields: fieldsFor,
    start: (held) => ({ certificates: held.map(({ id }) => id), format: 'jks' }),
    show: (form, held) => ({
      title: 'Export to Keystore',
      lead: 'Whoever has the file and its password signs as this org. Each key that leaves is noted in Setup Audit Trail.',
      place: certificatesPath,
      inside: (
        <>
          <Card title="What goes">
            {held.length === 0 && (
              <EmptyState title="No certificate yet">
                <a href={certificatesPath}>Make one first</a>
              </EmptyState>
            )}
            {form.field('certificates')}
            {form.field('format')}
          </Card>
          <Card title="Protection">
            {form.field('storePassword')}
            {form.field('storePasswordAgain')}
            {form.field('ownPassword')}
          </Card>
        </>
      ),
    }),
    submit: 'Export',
    cancel: () => certificatesPath,
    problemNames: { password: 'storePassword', name: 'certificates' },
    async act(values, held, visit) {
      if (values.storePassword !== values.storePasswordAgain) {
        return refused({ field: 'storePasswordAgain', message: 'This is another password than the one above.' })
      }
      const notThem = await notTheirPassword(needs, values.ownPassword, visit)
      if (notThem !== undefined) return notThem
      const format = values.format === 'pkcs12' ? 'pkcs12' : 'jks'
      const outcome = await exportKeyStore(
        { ...visit.stores, seal: needs.seal },
        held.filter(({ id }) => values.certificates.includes(id)),
        { format, password: values.storePassword, now: needs.now() },
      )
      if (!outcome.ok) return outcome
      return download({ fileName: files[format].name, type: files[format].type, body: outcome.value })
    },
  })
}
