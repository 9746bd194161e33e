import { apiNameProblem } from '../api-name.ts'
import { type Certificate, type CertificateStore, readCertificate } from '../certificates/certificate.ts'
import { certificateProblemText, validityWarning } from '../certificates/certificate-problem.ts'
import type { Clock } from '../clock.ts'
import { didYouMean } from '../closest-name.ts'
import { samlLogoutBindings } from '../connected-apps/saml-config.ts'
import { lineProblem, requiredLineProblem, trimmed } from '../entered-text.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { canonicalUsername, type UserStore } from '../users/user.ts'
import { pageUrlProblem } from '../web-url.ts'
import { unusableForSaml } from './identity-provider.ts'
import {
  type IdentityLocation,
  type IdentityMapping,
  identityLocations,
  identityMappings,
  requestSignatureMethods,
  type SamlSsoConfig,
  type SamlSsoConfigStore,
} from './sso-config.ts'

/** What is entered of single sign-on settings, by the names of the metadata type. What is left out stays. */
export interface EnteredSamlSsoConfig {
  readonly name?: string
  readonly issuer?: string
  readonly samlEntityId?: string
  /** PEM. */
  readonly validationCert?: string
  readonly identityMapping?: string
  readonly identityLocation?: string
  /** An empty text clears it. */
  readonly attributeName?: string
  /** An empty text clears it. */
  readonly loginUrl?: string
  readonly redirectBinding?: boolean
  /** An empty text clears it. */
  readonly requestSigningCertId?: string
  readonly requestSignatureMethod?: string
  /** An empty text clears it. */
  readonly decryptionCertificate?: string
  readonly userProvisioning?: boolean
  /** The name of a module. An empty text clears it. */
  readonly samlJitHandlerId?: string
  /** The username of a user of the org. An empty text clears it. */
  readonly executionUserId?: string
  readonly singleLogoutUrl?: string
  readonly singleLogoutBinding?: string
  /** An empty text clears it. */
  readonly logoutUrl?: string
}

/** Single sign-on settings to be made. */
export interface NewSamlSsoConfig extends EnteredSamlSsoConfig {
  readonly fullName: string
  readonly issuer: string
  readonly samlEntityId: string
  readonly validationCert: string
}

interface ChangeNeeds {
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list' | 'update'>
  readonly certificates: Pick<CertificateStore, 'findByName' | 'list'>
  readonly users: Pick<UserStore, 'findByUsername'>
  readonly now: Clock
}

interface Needs {
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list' | 'add'>
  readonly certificates: Pick<CertificateStore, 'findByName' | 'list'>
  readonly users: Pick<UserStore, 'findByUsername'>
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** Makes single sign-on settings of an org. Problems carry the names of {@link NewSamlSsoConfig}. */
export async function newSamlSsoConfig(
  needs: Needs,
  org: { readonly id: string },
  { fullName, ...entered }: NewSamlSsoConfig,
): Promise<Outcome<SamlSsoConfig>> {
  const now = needs.now()
  const others = await needs.samlSsoConfigs.list(org.id)
  const problems: Problem[] = []
  const message = apiNameProblem(fullName)
  if (message !== undefined) problems.push({ field: 'fullName', message })
  else if (others.some((other) => other.fullName === fullName)) {
    problems.push({ field: 'fullName', message: `This org has settings “${fullName}” already.` })
  }
  const read = readEntered(entered, undefined, others, now)
  problems.push(...(await certificateProblems(needs.certificates, org.id, entered)))
  const jit = await jitHandler(needs.users, org.id, entered, undefined)
  if (!jit.ok) problems.push(...jit.problems)
  if (!read.ok || !jit.ok || problems.length > 0) return refused(...problems, ...(read.ok ? [] : read.problems))
  const { label = fullName.replaceAll('_', ' '), ...settings } = read.value
  const config: SamlSsoConfig = {
    id: needs.newId('samlSsoConfig'),
    orgId: org.id,
    fullName,
    label,
    ...settings,
    ...jit.value,
    createdAt: now,
    modifiedAt: now,
  }
  await needs.samlSsoConfigs.add(config)
  return done(config, read.warnings)
}

/** Changes what was entered of single sign-on settings and leaves the rest. */
export async function changeSamlSsoConfig(
  needs: ChangeNeeds,
  config: SamlSsoConfig,
  entered: EnteredSamlSsoConfig,
): Promise<Outcome<SamlSsoConfig>> {
  const changed = await samlSsoConfigWith(needs, config, entered)
  if (changed.ok) await needs.samlSsoConfigs.update(changed.value)
  return changed
}

/** The settings with what was entered put in. Nothing is written. */
export async function samlSsoConfigWith(
  {
    samlSsoConfigs,
    certificates,
    users,
    now,
  }: Pick<ChangeNeeds, 'certificates' | 'users' | 'now'> & {
    readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list'>
  },
  config: SamlSsoConfig,
  entered: EnteredSamlSsoConfig,
): Promise<Outcome<SamlSsoConfig>> {
  const others = (await samlSsoConfigs.list(config.orgId)).filter(({ id }) => id !== config.id)
  const read = readEntered(entered, config, others, now())
  const unusable = await certificateProblems(certificates, config.orgId, entered)
  const jit = await jitHandler(users, config.orgId, entered, config)
  if (!read.ok || !jit.ok || unusable.length > 0) {
    return refused(...unusable, ...(jit.ok ? [] : jit.problems), ...(read.ok ? [] : read.problems))
  }
  const label = read.value.label ?? config.label
  return done({ ...config, ...read.value, ...jit.value, label, modifiedAt: now() }, read.warnings)
}

type JitSettings = Pick<SamlSsoConfig, 'samlJitHandlerId' | 'executionUserId'>

/** Whose code says what users are like who are made by signing in, and as whom it runs. */
async function jitHandler(
  users: Pick<UserStore, 'findByUsername'>,
  orgId: string,
  entered: EnteredSamlSsoConfig,
  before: JitSettings | undefined,
): Promise<Outcome<JitSettings>> {
  const problems: Problem[] = []
  const samlJitHandlerId = trimmed(entered.samlJitHandlerId ?? before?.samlJitHandlerId)
  const misnamed = samlJitHandlerId === undefined ? undefined : apiNameProblem(samlJitHandlerId)
  if (misnamed !== undefined) problems.push({ field: 'samlJitHandlerId', message: misnamed })
  const username = trimmed(entered.executionUserId)
  const named = username === undefined ? undefined : await users.findByUsername(canonicalUsername(username))
  const user = named?.orgId === orgId ? named : undefined
  if (username !== undefined && user === undefined) {
    problems.push({ field: 'executionUserId', message: `This org has no user “${username.slice(0, 80)}”.` })
  }
  const executionUserId = entered.executionUserId === undefined ? before?.executionUserId : user?.id
  if (samlJitHandlerId !== undefined && executionUserId === undefined && username === undefined) {
    const message = 'Enter the username of a user who may manage users: as whom the handler runs.'
    problems.push({ field: 'executionUserId', message })
  }
  return problems.length > 0 ? refused(...problems) : done({ samlJitHandlerId, executionUserId })
}

/** What is wrong with the certificates that requests are to be signed and assertions to be decrypted with, as the org has them. */
async function certificateProblems(
  certificates: Pick<CertificateStore, 'findByName' | 'list'>,
  orgId: string,
  entered: EnteredSamlSsoConfig,
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const field of ['requestSigningCertId', 'decryptionCertificate'] as const) {
    const name = trimmed(entered[field])
    if (name === undefined) continue
    const held = await certificates.findByName(orgId, name)
    const names = held === undefined ? (await certificates.list(orgId)).map((each) => each.name) : []
    const message =
      held === undefined
        ? `This org has no certificate “${name.slice(0, 80)}”.${didYouMean(name, names)}`
        : unusableForSaml(held)
    if (message !== undefined) problems.push({ field, message })
  }
  return problems
}

type Settings = Omit<
  SamlSsoConfig,
  'id' | 'orgId' | 'fullName' | 'label' | 'createdAt' | 'modifiedAt' | keyof JitSettings
> & {
  readonly label: string | undefined
}

function readEntered(
  entered: EnteredSamlSsoConfig,
  before: SamlSsoConfig | undefined,
  others: readonly SamlSsoConfig[],
  now: Date,
): Outcome<Settings> {
  const problems: Problem[] = []
  const report = (field: keyof EnteredSamlSsoConfig, message: string | undefined) => {
    if (message !== undefined) problems.push({ field, message })
  }
  const label = trimmed(entered.name)
  if (label !== undefined) report('name', lineProblem(label, 80))
  const required = (field: 'issuer' | 'samlEntityId'): string => {
    const value = trimmed(entered[field] ?? before?.[field])
    report(field, requiredLineProblem(value, 256))
    return value ?? ''
  }
  const issuer = required('issuer')
  const samlEntityId = required('samlEntityId')
  const namesake = others.find((other) => other.issuer === issuer)
  // By its issuer an assertion finds its settings.
  if (namesake !== undefined) report('issuer', `“${namesake.label}” has this issuer already; each is unique in an org.`)

  const identityMapping = chosen(identityMappings, entered.identityMapping, before?.identityMapping ?? 'Username')
  if (identityMapping === undefined) report('identityMapping', `Enter ${identityMappings.join(', ')}.`)
  const identityLocation = chosen(
    identityLocations,
    entered.identityLocation,
    before?.identityLocation ?? 'SubjectNameId',
  )
  if (identityLocation === undefined) report('identityLocation', `Enter ${identityLocations.join(' or ')}.`)
  const attributeName = trimmed(entered.attributeName ?? before?.attributeName)
  if (attributeName !== undefined) report('attributeName', lineProblem(attributeName, 256))
  if (identityLocation === 'Attribute' && attributeName === undefined) {
    report('attributeName', 'Enter the name of the attribute that says who the user is.')
  }

  const userProvisioning = entered.userProvisioning ?? before?.userProvisioning ?? false
  if (userProvisioning && identityMapping !== undefined && identityMapping !== 'FederationId') {
    const message = 'Users are made by their Federation ID: choose it as what the assertion says of a user.'
    // Beside what was entered: either may be what was meant otherwise.
    report(entered.userProvisioning === undefined ? 'identityMapping' : 'userProvisioning', message)
  }

  const page = (field: 'loginUrl' | 'singleLogoutUrl' | 'logoutUrl'): string | undefined => {
    const url = trimmed(entered[field] ?? before?.[field])
    if (url !== undefined) report(field, pageUrlProblem(url))
    return url
  }
  const loginUrl = page('loginUrl')
  const logout = { singleLogoutUrl: page('singleLogoutUrl'), logoutUrl: page('logoutUrl') }
  const binding = entered.singleLogoutBinding ?? before?.singleLogoutBinding ?? 'RedirectBinding'
  const singleLogoutBinding = samlLogoutBindings.find((one) => one === binding)
  if (singleLogoutBinding === undefined) report('singleLogoutBinding', `Enter ${samlLogoutBindings.join(' or ')}.`)
  const requestSigningCertId = trimmed(entered.requestSigningCertId ?? before?.requestSigningCertId)
  const wanted = entered.requestSignatureMethod ?? before?.requestSignatureMethod ?? 'RSA-SHA256'
  const requestSignatureMethod = requestSignatureMethods.find((one) => one === wanted)
  if (requestSignatureMethod === undefined) {
    report('requestSignatureMethod', `Enter ${requestSignatureMethods.join(' or ')}.`)
  }

  const certificate = certificateOf(entered.validationCert, before?.validationCert)
  if (typeof certificate === 'string') report('validationCert', certificate)
  if (
    problems.length > 0 ||
    typeof certificate === 'string' ||
    identityMapping === undefined ||
    identityLocation === undefined ||
    requestSignatureMethod === undefined ||
    singleLogoutBinding === undefined
  ) {
    return { ok: false, problems }
  }
  const warning = entered.validationCert === undefined ? undefined : validityWarning(certificate, now)
  return done(
    {
      label,
      issuer,
      samlEntityId,
      validationCert: certificate,
      identityMapping,
      identityLocation,
      attributeName,
      loginUrl,
      redirectBinding: entered.redirectBinding ?? before?.redirectBinding ?? true,
      requestSigningCertId,
      requestSignatureMethod,
      decryptionCertificate: trimmed(entered.decryptionCertificate ?? before?.decryptionCertificate),
      userProvisioning,
      singleLogoutBinding,
      ...logout,
    },
    warning === undefined ? [] : [{ field: 'validationCert', message: warning }],
  )
}

function certificateOf(pem: string | undefined, before: Certificate | undefined): Certificate | string {
  if (pem === undefined && before !== undefined) return before
  const text = trimmed(pem)
  if (text === undefined) return 'Enter a value.'
  const reading = readCertificate(text)
  if (!reading.ok) return certificateProblemText(reading.problem)
  if (reading.certificate.keyType !== 'RSA') return 'Assertions are verified with RSA keys alone.'
  return reading.certificate
}

function chosen<Name extends IdentityMapping | IdentityLocation>(
  names: readonly Name[],
  entered: string | undefined,
  otherwise: Name,
): Name | undefined {
  return entered === undefined || entered === '' ? otherwise : names.find((name) => name === entered)
}
