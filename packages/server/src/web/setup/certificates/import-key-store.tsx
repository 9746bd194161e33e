import { importKeyStore } from '../../../certificates/key-store.ts'
import { fileSize } from '../../../file-size.ts'
import { done, refused } from '../../../problem.ts'
import { excerpt } from '../../pages/excerpt.ts'
import { Card } from '../blocks.tsx'
import { check, file, lines, password, text } from '../field.tsx'
import { formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { certificatePath, certificatesPath } from './find-certificate.ts'

/** Most bytes of a key store: one with all its chains. */
const largestKeyStore = 524_288

const fields = {
  keyStore: file({
    label: 'Keystore',
    isRequired: true,
    accepts: '.jks,.p12,.pfx,.pem,.keystore',
    most: largestKeyStore,
    help: `JKS, as at Salesforce; here PKCS#12 and PEM, too. At most ${fileSize(largestKeyStore)}.`,
  }),
  password: password({
    label: 'Keystore Password',
    isRequired: false,
    autocomplete: 'new-password',
    help: 'It must open the keys, too: Salesforce takes no key with a password of its own.',
  }),
  aliases: lines({
    label: 'Only These Aliases',
    help: 'One a line, where the file has several keys. Left empty, all of them are taken, each under its alias. What the file has is said when one is not found.',
  }),
  name: text({
    label: 'Unique Name',
    help: 'What to call the key, where the file has one and its alias cannot be a unique name. Left empty, it is called by its alias.',
  }),
  isPrivateKeyExportable: check({
    label: 'Exportable Private Key',
    help: 'Ticked, the keys may leave again in a key store. Left, they stay on this server for ever.',
  }),
}

/** *Import from Keystore*: the private keys of a file, with their certificates. */
export function importKeyStorePage(needs: Pick<SetupNeeds, 'seal' | 'newId' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${certificatesPath}/import`,
    right: 'manage certificates',
    find: async () => ({}),
    fields: () => fields,
    start: () => ({ isPrivateKeyExportable: true }),
    show: (form) => ({
      title: 'Import from Keystore',
      lead: 'Takes the private keys of a file with their certificates: all that are asked for, or none. What Salesforce would refuse is refused in the same words.',
      place: certificatesPath,
      inside: (
        <Card title="Keystore">
          {form.field('keyStore')}
          {form.field('password')}
          {form.field('aliases')}
          {form.field('name')}
          {form.field('isPrivateKeyExportable')}
        </Card>
      ),
    }),
    submit: 'Import',
    cancel: () => certificatesPath,
    async act({ keyStore, password: entered, aliases, name, isPrivateKeyExportable }, _, { stores, org }) {
      if (keyStore === undefined) return refused({ field: 'keyStore', message: 'Choose a file.' })
      const outcome = await importKeyStore({ ...needs, ...stores }, org, {
        bytes: keyStore.bytes,
        file: excerpt(keyStore.name, 100),
        aliases,
        isPrivateKeyExportable,
        ...(entered !== '' && { password: entered }),
        ...(name !== '' && { name }),
      })
      if (!outcome.ok) return outcome
      const [first, ...others] = outcome.value
      if (first === undefined) throw new Error('A key store was taken in without a key.')
      return done(
        others.length === 0
          ? { to: certificatePath(first), say: `${first.label} is held, with its private key.` }
          : { to: certificatesPath, say: `${outcome.value.length} keys are held, with their certificates.` },
        outcome.warnings,
      )
    },
  })
}
