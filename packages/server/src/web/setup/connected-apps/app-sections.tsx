import type { Child } from 'hono/jsx'
import { readCertificate } from '../../../certificates/certificate.ts'
import { certificateProblemText } from '../../../certificates/certificate-problem.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { fileSize } from '../../../file-size.ts'
import { Card, Copyable, Details, EmptyState, Instant, Nothing, Notice } from '../blocks.tsx'
import { CertificateDetails } from '../certificate-details.tsx'
import { fieldRows, type ShownForm } from '../form.tsx'
import { removals } from './app-appearance-fields.ts'
import { type AppFields, appStart } from './app-form.tsx'
import { appPath } from './app-kind.ts'
import { mobileFilePath } from './mobile-files.ts'

type FieldName = Exclude<keyof AppFields, 'seenCertificate' | 'checkCertificate'>

/** A section of a connected app: the form asks for these fields, and *View* shows them. */
interface AppSection {
  readonly title: string
  readonly fields: readonly FieldName[]
  /** Whether the app has none of it, so that its settings say nothing. */
  readonly isOff?: (app: ConnectedApp) => boolean
}

/** The sections of a connected app, which Salesforce has, too; in its order. */
export const appSections: readonly AppSection[] = [
  {
    title: 'Basic Information',
    fields: [
      'label',
      'distributionState',
      'contactEmail',
      'contactPhone',
      'logoUrl',
      'iconUrl',
      'infoUrl',
      'description',
    ],
  },
  {
    title: 'API (Enable OAuth Settings)',
    fields: [
      'isDeviceFlowEnabled',
      'callbackUrls',
      'certificate',
      'scopes',
      'isPkceRequired',
      'isSecretRequired',
      'isSecretRequiredForRefreshToken',
      'isClientCredentialEnabled',
      'isUserAgentEnabled',
      'isUsernamePasswordEnabled',
      'isCodeCredentialEnabled',
      'isCodeCredentialPostOnly',
      'isTokenExchangeEnabled',
      'isSecretRequiredForTokenExchange',
      'isRefreshTokenRotationEnabled',
      'isNamedUserJwtEnabled',
      'isIntrospectAllTokens',
    ],
  },
  {
    title: 'Configure ID Token',
    fields: [
      'idTokenValidity',
      'idTokenAudiences',
      'idTokenIncludesStandardClaims',
      'idTokenIncludesAttributes',
      'idTokenIncludesCustomPermissions',
    ],
  },
  {
    title: 'Enable Asset Tokens',
    fields: ['assetCertificate', 'assetValidity', 'assetAudiences', 'assetAttributes', 'assetCustomPermissions'],
    isOff: ({ assetTokenConfig }) => assetTokenConfig === undefined,
  },
  { title: 'Custom Attributes', fields: ['attributes'] },
  { title: 'Enable Single Logout', fields: ['singleLogoutUrl'] },
  { title: 'Web App Settings', fields: ['startUrl'] },
  {
    title: 'Web App Settings: Enable SAML',
    fields: [
      'entityUrl',
      'acsUrl',
      'samlSubjectType',
      'samlSubjectCustomAttr',
      'samlNameIdFormat',
      'samlIssuer',
      'samlSigningAlgoType',
      'samlCertificate',
      'samlEncryptionCertificate',
      'samlEncryptionType',
      'samlSloUrl',
      'samlSloBinding',
    ],
    isOff: ({ saml }) => saml === undefined,
  },
  {
    title: 'Mobile Integration',
    fields: [
      'mobileStartUrl',
      'pushServiceType',
      'hasFullContentPush',
      'devicePlatform',
      'deviceType',
      'mobileVersion',
      'minimumOsVersion',
      'applicationBundleIdentifier',
      'applicationInstallUrl',
      'privateApp',
      'applicationBinaryFile',
      'noBinaryFile',
      'applicationIconFile',
      'noIconFile',
    ],
  },
  {
    title: 'Canvas App Settings',
    fields: [
      'canvasUrl',
      'canvasAccessMethod',
      'canvasSamlInitiation',
      'canvasLocations',
      'canvasOptions',
      'canvasLifecycleClass',
    ],
    isOff: ({ canvas }) => canvas === undefined,
  },
  { title: 'Trusted IP Range for OAuth Web server flow', fields: ['ipRanges'] },
]

interface AppSectionsProps {
  readonly form: ShownForm<AppFields>
  /** As it is, if it is there already. */
  readonly app?: ConnectedApp
  /** The API Name, to enter or to see. */
  readonly apiName: Child
  readonly at: Date
}

/** The form of an app. */
export function AppSections({ form, app, apiName, at }: AppSectionsProps) {
  const isAsked = (name: FieldName) => !isRemoval(name) || app?.mobile.app?.[removals[name]] !== undefined
  return (
    <>
      {appSections.map(({ title, fields }) => (
        <Card title={title}>
          {fields.filter(isAsked).map((name) => (
            <>
              {name === 'certificate' ? <EnteredCertificate form={form} at={at} /> : form.field(name)}
              {name === 'label' && apiName}
            </>
          ))}
        </Card>
      ))}
    </>
  )
}

function isRemoval(name: FieldName): name is keyof typeof removals {
  return Object.hasOwn(removals, name)
}

function EnteredCertificate({ form, at }: Pick<AppSectionsProps, 'form' | 'at'>) {
  const entered = form.entered('certificate').trim()
  const reading = entered === '' ? undefined : readCertificate(entered)
  const isToldBeside = form.problems.some(({ field }) => field === 'certificate')
  return (
    <>
      {form.field('certificate')}
      <div class="actions">{form.field('checkCertificate')}</div>
      {reading?.ok === true && (
        <section aria-label="The certificate as entered" class="panel">
          <CertificateDetails certificate={reading.certificate} at={at} />
          {/* What is shown has been seen; what is entered in its place has not. */}
          <input type="hidden" name="seenCertificate" value={reading.certificate.fingerprint256} />
        </section>
      )}
      {reading?.ok === false && !isToldBeside && (
        <Notice look="error" role="alert">
          {certificateProblemText(reading.problem)}
        </Notice>
      )}
    </>
  )
}

interface ViewedSectionsProps {
  readonly app: ConnectedApp
  /** With what the org has made to choose from. */
  readonly fields: AppFields
  readonly canManage: boolean
  readonly at: Date
}

/** The settings of an app in the sections and words in which they were entered. */
export function ViewedSections({ app, fields, canManage, at }: ViewedSectionsProps) {
  const values = appStart(app)
  return (
    <>
      {appSections.map(({ title, fields: names, isOff }) => (
        <Card title={title} action={names.includes('callbackUrls') && canManage && <ConsumerDetailsLink app={app} />}>
          <div class="stack">
            {isOff?.(app) === true ? (
              <p class="slds-text-color_weak">Off.</p>
            ) : (
              <Details rows={[...before(names), ...rowsOf(names), ...after(names)]} />
            )}
            {names.includes('certificate') && <HeldCertificate app={app} canManage={canManage} at={at} />}
          </div>
        </Card>
      ))}
    </>
  )

  function rowsOf(names: readonly FieldName[]) {
    return names.flatMap((name) => [
      ...rowOf(name),
      ...(name === 'label' ? [['API Name', <code>{app.fullName}</code>] as const] : []),
    ])
  }

  function rowOf(name: FieldName) {
    // A certificate stands below the others: it wants more than a line.
    if (name === 'certificate' || isRemoval(name)) return []
    if (name !== 'applicationBinaryFile' && name !== 'applicationIconFile') return fieldRows(fields, values, [name])
    return [[fields[name].label, <MobileFileLink app={app} field={name} />] as const]
  }

  function before(names: readonly FieldName[]) {
    if (!names.includes('callbackUrls')) return []
    const isRotating = app.consumerSecret.previousHash !== undefined
    return [
      ['Consumer Key', <Copyable text={app.consumerKey} label="consumer key" />],
      ['Consumer Secret', isRotating ? 'Hidden. A rotation is under way: the secret before is still valid.' : 'Hidden'],
    ] as const
  }

  function after(names: readonly FieldName[]) {
    if (!names.includes('label')) return []
    return [
      ['Created Date', <Instant at={app.createdAt} />],
      ['Last Modified', <Instant at={app.modifiedAt} />],
    ] as const
  }
}

interface MobileFileLinkProps {
  readonly app: ConnectedApp
  readonly field: 'applicationBinaryFile' | 'applicationIconFile'
}

function MobileFileLink({ app, field }: MobileFileLinkProps) {
  const file = app.mobile.app?.[field]
  if (file === undefined) return <Nothing />
  const path = mobileFilePath(app, field)
  return (
    <>
      {field === 'applicationIconFile' && <img class="app-icon" src={path} alt="" width="32" height="32" />}
      <a href={path} download={file.fileName}>
        {file.fileName}
      </a>{' '}
      ({fileSize(file.length)})
    </>
  )
}

function ConsumerDetailsLink({ app }: Pick<ViewedSectionsProps, 'app'>) {
  return (
    <a class="slds-button slds-button_neutral" href={`${appPath(app)}/consumer-details`}>
      Manage Consumer Details
    </a>
  )
}

function HeldCertificate({ app, canManage, at }: Omit<ViewedSectionsProps, 'fields'>) {
  const { certificate } = app
  return (
    <section class="panel" aria-label="Use digital signatures">
      <h3 class="slds-text-heading_small">Use digital signatures</h3>
      {certificate === undefined ? (
        <EmptyState title="No certificate">
          <p>
            The JWT bearer flow needs one.{' '}
            {canManage && (
              <>
                <a href={`${appPath(app)}/edit`}>Upload it</a>, or{' '}
                <a href="/setup/connect-a-server">connect a server by JWT</a> step by step.
              </>
            )}
          </p>
        </EmptyState>
      ) : (
        <CertificateDetails certificate={certificate} at={at} />
      )}
    </section>
  )
}
