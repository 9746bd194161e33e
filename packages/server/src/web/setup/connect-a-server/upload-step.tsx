import { changeConnectedApp } from '../../../connected-apps/change-connected-app.ts'
import { commandLine, shellWord } from '../../../oauth/explanations/mending.ts'
import { done } from '../../../problem.ts'
import { Card, Notice } from '../blocks.tsx'
import { CertificateDetails } from '../certificate-details.tsx'
import { type Done, formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { Elsewhere, findApp, goTo, guidePage, guidePath, isUploaded, shownName, Way, type WithApp } from './guide.tsx'

/** The third step: the app gets the certificate, by which the org knows its signatures. */
export function uploadStep({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return formPage<WithApp, Record<never, never>>({
    path: `${guidePath}/:certificate/:app/upload`,
    right: 'manage connected apps',
    find: findApp,
    fields: () => ({}),
    show: (_form, way, { org, at }) => {
      const { app, certificate } = way
      const other = app.certificate !== undefined && !isUploaded(way) ? app.certificate : undefined
      const file = `${certificate.name.toLowerCase()}.crt`
      return {
        ...guidePage('upload'),
        lead: `${shownName(app.label)} gets the certificate: assertions signed with its key are believed from then on.`,
        inside: (
          <>
            <Way current="upload" way={way} passed={undefined} />
            {isUploaded(way) && <Notice look="info">The app has this certificate already.</Notice>}
            {other !== undefined && (
              <Notice look="warning">
                {`The app has another certificate now, ${shownName(other.subject)}. What signs with its key is refused as soon as this one takes its place.`}
              </Notice>
            )}
            <Card title={`Certificate ${shownName(certificate.label)}`}>
              <CertificateDetails certificate={certificate.certificate} at={at} />
              <p>
                {certificate.sealedPrivateKey === undefined
                  ? 'The private key stays where it is: only the certificate is held here.'
                  : 'The private key is held here, sealed.'}
              </p>
            </Card>
            <Elsewhere
              commands={[
                `${commandLine('certificate', 'export', certificate.name, '--org', org.name)} > ${shellWord(file)}`,
                commandLine('app', 'update', app.fullName, '--org', org.name, '--certificate-file', file),
              ].join('\n')}
              inSalesforce={`Setup > App Manager > ${shownName(app.label)} > Edit > API (Enable OAuth Settings) > Use digital signatures > Choose File`}
            />
          </>
        ),
      }
    },
    submit: 'Upload and Go On',
    cancel: ({ certificate }) => goTo('app', { certificate }),
    act: async (_values, way, { stores }) => {
      const { app, certificate } = way
      const changed = await changeConnectedApp({ ...stores, now }, app, {
        certificate: certificate.certificate.pem,
      })
      if (!changed.ok) return changed
      const say = `${app.label} verifies with ${certificate.label}.`
      return done<Done>({ to: goTo('access', way), say }, changed.warnings)
    },
  })
}
