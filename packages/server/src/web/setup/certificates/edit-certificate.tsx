import type { OrgCertificate } from '../../../certificates/certificate.ts'
import { changeCertificate } from '../../../certificates/new-certificate.ts'
import { signingRequest, uploadSignedCertificate } from '../../../certificates/signed-certificate.ts'
import { deleteCertificate } from '../../../named-credentials/certificate-users.ts'
import { done } from '../../../problem.ts'
import { Card } from '../blocks.tsx'
import { appPath } from '../connected-apps/app-kind.ts'
import { download } from '../download.ts'
import { area, check, text } from '../field.tsx'
import { confirmPage, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import {
  certificateCrumb,
  certificatePath,
  certificatesPath,
  findCertificate,
  findWithKey,
  usesIn,
} from './find-certificate.ts'

type Needs = Pick<SetupNeeds, 'seal' | 'now'>

/** What may be done to a certificate that is held: changed, signed by an authority, deleted. */
export function editCertificate(needs: Needs): readonly SetupRoute[] {
  return [...edit(needs), ...request(needs), ...uploadSigned(needs), ...remove]
}

function edit(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${certificatesPath}/:certificate/edit`,
    right: 'manage certificates',
    find: findCertificate,
    fields: () => ({
      label: text({ label: 'Label', isRequired: true, help: 'What people see. At most 64 characters.' }),
      isPrivateKeyExportable: check({
        label: 'Exportable Private Key',
        help: 'Once it is not ticked, the key stays on this server for ever: this cannot be taken back.',
      }),
    }),
    start: ({ label, isPrivateKeyExportable }) => ({ label, isPrivateKeyExportable }),
    show: (form, held) => ({
      title: `Edit ${held.label}`,
      place: certificatesPath,
      crumbs: [certificateCrumb(held)],
      inside: (
        <Card title="Certificate">
          {form.field('label')}
          {form.field('isPrivateKeyExportable')}
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: certificatePath,
    async act(values, held, { stores }) {
      const outcome = await changeCertificate({ ...needs, ...stores }, held, values)
      return outcome.ok
        ? done({ to: certificatePath(held), say: `${outcome.value.label} is saved.` }, outcome.warnings)
        : outcome
    },
  })
}

function request({ seal }: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${certificatesPath}/:certificate/csr`,
    right: 'manage certificates',
    find: findWithKey,
    fields: () => ({
      commonName: text({
        label: 'Common Name',
        isRequired: true,
        help: 'What the certificate is for, often a host name. Authorities ask that it is yours.',
      }),
      emailAddress: text({
        label: 'Email Address',
        type: 'email',
        help: 'Whom the authority may ask. Many leave it out of what they sign.',
      }),
      company: text({
        label: 'Company',
        help: 'Its legal name. An authority that vouches for companies refuses a request where it differs from its records.',
      }),
      department: text({
        label: 'Department',
        help: 'The part of the company that uses the certificate. Authorities of the public web leave it out.',
      }),
      city: text({ label: 'City', help: 'Where the company has its seat, without abbreviations.' }),
      state: text({ label: 'State', help: 'The state or province of that place, in full: California, not CA.' }),
      country: text({ label: 'Country Code', help: 'Two letters, such as US or DE.' }),
    }),
    start: ({ name }) => ({ commonName: name }),
    show: (form, held) => ({
      title: 'Certificate Signing Request',
      kind: held.label,
      lead: 'What a certification authority is to sign. The private key stays here; only its public half is in the request.',
      place: certificatesPath,
      crumbs: [certificateCrumb(held)],
      inside: (
        <Card title="Whom the authority is to vouch for">
          {form.field('commonName')}
          {form.field('emailAddress')}
          {form.field('company')}
          {form.field('department')}
          {form.field('city')}
          {form.field('state')}
          {form.field('country')}
          <p>
            When the authority has answered,{' '}
            <a href={`${certificatePath(held)}/upload-signed`}>upload its certificate</a>. Until then the one that is
            held stays in use.
          </p>
        </Card>
      ),
    }),
    submit: 'Download Certificate Signing Request',
    cancel: certificatePath,
    problemNames: { name: 'commonName' },
    async act(values, held) {
      const outcome = await signingRequest(seal, held, values)
      if (!outcome.ok) return outcome
      return download({ fileName: `${held.name}.csr`, type: 'application/x-pem-file', body: outcome.value })
    },
  })
}

function uploadSigned(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${certificatesPath}/:certificate/upload-signed`,
    right: 'manage certificates',
    find: findWithKey,
    fields: () => ({
      certificate: area({
        label: 'Signed Certificate',
        isRequired: true,
        rows: 12,
        accepts: '.crt,.pem,.cer,.der',
        help: 'PEM: the certificate, and those that vouch for it, in any order. With script, a file may be dropped here.',
      }),
    }),
    show: (form, held) => ({
      title: 'Upload Signed Certificate',
      kind: held.label,
      lead: 'What the certification authority answered. It takes the place of the certificate that is held; the key stays.',
      place: certificatesPath,
      crumbs: [certificateCrumb(held)],
      inside: (
        <Card title="Certificate and chain">
          {form.field('certificate')}
          <p>Apps that have the certificate of before keep their copy, and go on believing what this key signs.</p>
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: certificatePath,
    problemNames: { name: 'certificate' },
    async act({ certificate }, held, { stores }) {
      const outcome = await uploadSignedCertificate({ ...needs, ...stores }, held, certificate)
      if (!outcome.ok) return outcome
      return done(
        { to: certificatePath(held), say: `The signed certificate of ${held.label} is in its place.` },
        outcome.warnings,
      )
    },
  })
}

const remove: readonly SetupRoute[] = confirmPage<OrgCertificate>({
  path: `${certificatesPath}/:certificate/delete`,
  right: 'manage certificates',
  find: findCertificate,
  async show(held, visit) {
    const uses = await usesIn(visit)(held)
    return {
      title: `Delete ${held.label}?`,
      place: certificatesPath,
      crumbs: [certificateCrumb(held)],
      consequences: (
        <>
          {held.sealedPrivateKey === undefined ? (
            <p>Only the certificate is held, no private key: nothing is lost that could not be uploaded again.</p>
          ) : (
            <p>
              Its private key is lost with it, unless it was exported before. From then on nothing can be signed with it
              here, and whoever trusts it waits for signatures in vain.
            </p>
          )}
          {uses.length > 0 && (
            <>
              <p>
                These apps trust its key. They keep their copy of the certificate, and nothing of them breaks by itself:
              </p>
              <ul class="slds-list_dotted">
                {uses.map(({ app }) => (
                  <li>
                    <a href={appPath(app)}>{app.label}</a>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      ),
      button: 'Delete',
      isDestructive: true,
      cancel: certificatePath(held),
    }
  },
  async act(held, { stores }) {
    const deleted = await deleteCertificate(stores, held)
    return deleted.ok ? done({ to: certificatesPath, say: `${held.label} is deleted.` }) : deleted
  },
})
