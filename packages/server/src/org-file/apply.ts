import { appNoun } from '../connected-apps/connected-app.ts'
import type { Outcome, Problem } from '../problem.ts'
import { canonicalUsername } from '../users/user.ts'
import { appFieldPath } from './app-entry.ts'
import type { Applied, ApplyNeeds } from './applied.ts'
import { applyApp } from './apply-app.ts'
import { applyAuthProvider } from './apply-auth-provider.ts'
import { applyCertificate, certificateFieldPath } from './apply-certificate.ts'
import { applyExternalCredential, applyNamedCredential } from './apply-credentials.ts'
import {
  applyAssignedScope,
  applyCustomPermission,
  applyCustomScope,
  applyGivenPermissions,
  scopesAssignedTo,
} from './apply-custom.ts'
import { applyObjects } from './apply-objects.ts'
import { applyIdentityProvider, applyOrg } from './apply-org.ts'
import { applyPermissionSet, applyProfile, applyUser, profileFieldPath } from './apply-people.ts'
import { applyRecords } from './apply-records.ts'
import { applySamlSsoConfig, ssoConfigFieldPath } from './apply-sso-config.ts'
import { applyTokenExchangeHandler } from './apply-token-exchange-handler.ts'
import { inOrder, type ListedOrg, type Mistake, mostMistakes, pathText, type ReadOrgFile } from './read.ts'
import { stagedStores } from './staged-stores.ts'
import type { Path } from './yaml-text.ts'

/** One thing of an org file, and what became of it. */
export interface Change {
  readonly kind:
    | 'org'
    | 'profile'
    | 'permission set'
    | 'certificate'
    | 'user'
    | 'connected app'
    | 'external client app'
    | 'custom scope'
    | 'custom permission'
    | 'single sign-on'
    | 'auth. provider'
    | 'token exchange handler'
    | 'external credential'
    | 'named credential'
    | 'object'
    | 'record'
  /** The name of its org. */
  readonly org: string
  readonly name: string
  readonly applied: Applied
}

/** What applying an org file came to: every thing in it, or every mistake in it and nothing written. */
export type Application =
  | { readonly ok: true; readonly changes: readonly Change[]; readonly warnings: readonly Mistake[] }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] }

/** What an org file may do here. */
export interface ApplyRules {
  /** Whether passwords may stand in it in the clear: in `dev` only. */
  readonly allowsPasswords: boolean
}

/**
 * Applies an org file: makes what is missing, changes what differs, leaves the rest, and does all of it or nothing.
 * Applying it again changes nothing.
 */
export async function applyOrgFile(needs: ApplyNeeds, file: ReadOrgFile, rules: ApplyRules): Promise<Application> {
  const staged = stagedStores(needs)
  const changes: Change[] = []
  const warnings: Mistake[] = []
  const mistakes: Mistake[] = [...file.mistakes]
  const acts: ApplyNeeds = { ...needs, ...staged }
  const firstPlaces = new Map<string, Path>()
  // What could not be read is left empty, and is not to be told of again for that.
  const unread = new Set(file.mistakes.map(({ path }) => path))

  for (const org of file.orgs) await applyWhole(org)
  if (mistakes.length > 0) return { ok: false, mistakes: inOrder(mistakes) }
  await staged.commit()
  return { ok: true, changes, warnings: inOrder(warnings) }

  async function applyWhole(listed: ListedOrg): Promise<void> {
    const orgName = listed.entry.name
    if (isRepeated(listed.path, 'name', `org ${orgName}`)) return
    const failed = new Set<string>()
    const { outcome, org } = await applyOrg(acts, listed)
    const note = (kind: Change['kind'], name: string, path: Path, result: Outcome<Applied>, fieldPath = plainPath) => {
      if (result.ok) {
        changes.push({ kind, org: orgName, name, applied: result.value })
        for (const warning of result.warnings) warn([...path, ...fieldPath(warning)], warning.message)
      } else {
        failed.add(kind === 'user' ? canonicalUsername(name) : name)
        for (const problem of result.problems) report([...path, ...fieldPath(problem)], problem.message)
      }
    }
    note('org', orgName, listed.path, outcome)
    if (org === undefined) return

    for (const { path, entry } of listed.profiles) {
      if (isRepeated(path, 'name', `profile ${orgName} ${entry.name}`)) continue
      note('profile', entry.name, path, await applyProfile(acts, org, entry), profileFieldPath)
    }
    for (const { path, entry } of listed.permissionSets) {
      if (isRepeated(path, 'name', `permission set ${orgName} ${entry.name}`)) continue
      note('permission set', entry.name, path, await applyPermissionSet(acts, org, entry))
    }
    for (const { path, entry } of listed.users) {
      if (isRepeated(path, 'username', `user ${canonicalUsername(entry.username)}`)) continue
      if (entry.password !== undefined && !rules.allowsPasswords) report([...path, 'password'], noPasswords)
      note('user', entry.username, path, await applyUser(acts, org, entry))
    }
    for (const certificate of listed.certificates) {
      const { path, entry } = certificate
      if (isRepeated(path, 'name', `certificate ${orgName} ${entry.name}`)) continue
      const applied = await applyCertificate(acts, org, certificate)
      note('certificate', entry.name, path, applied, (problem) => certificateFieldPath(entry, problem))
    }
    const provider = await applyIdentityProvider(acts, org, listed)
    const isTold = outcome.ok && outcome.value !== 'unchanged' && provider.ok
    if (!isTold && (!provider.ok || provider.value !== 'unchanged')) {
      note('org', orgName, [...listed.path, 'settings', 'identityProviderSettings'], provider)
    }
    for (const { path, entry } of listed.customScopes) {
      if (isRepeated(path, 'developerName', `custom scope ${orgName} ${entry.developerName}`)) continue
      note('custom scope', entry.developerName, path, await applyCustomScope(acts, org, entry))
    }
    for (const app of listed.apps) {
      const { path, entry } = app
      if (isRepeated(path, 'fullName', `app ${orgName} ${entry.fullName}`)) continue
      const applied = await applyApp(acts, org, app, scopesAssignedTo(entry.fullName, listed))
      note(appNoun(app), entry.fullName, path, applied, (problem) => appFieldPath(app, problem))
    }
    const apps = new Set(listed.apps.map(({ entry }) => entry.fullName))
    for (const { path, entry } of listed.customScopes) {
      const assigned = await applyAssignedScope(acts, org, entry, apps)
      if (!assigned.ok || assigned.value !== 'unchanged') note('custom scope', entry.developerName, path, assigned)
    }
    for (const { path, entry } of listed.customPermissions) {
      if (isRepeated(path, 'fullName', `custom permission ${orgName} ${entry.fullName}`)) continue
      note('custom permission', entry.fullName, path, await applyCustomPermission(acts, org, entry, apps))
    }
    for (const [kind, word] of [
      ['profiles', 'profile'],
      ['permissionSets', 'permission set'],
    ] as const) {
      for (const giver of listed[kind]) {
        const given = await applyGivenPermissions(acts, org, kind, giver)
        if (!given.ok || given.value !== 'unchanged') note(word, giver.entry.name, giver.path, given)
      }
    }
    for (const config of listed.samlSsoConfigs) {
      const { path, entry } = config
      if (isRepeated(path, 'fullName', `single sign-on ${orgName} ${entry.fullName}`)) continue
      const applied = await applySamlSsoConfig(acts, org, config)
      note('single sign-on', entry.fullName, path, applied, (problem) => ssoConfigFieldPath(entry, problem))
    }
    for (const { path, entry } of listed.authProviders) {
      const { developerName } = entry
      if (isRepeated(path, 'developerName', `auth. provider ${orgName} ${developerName}`)) continue
      note('auth. provider', developerName, path, await applyAuthProvider(acts, org, entry))
    }
    for (const { path, entry } of listed.tokenExchangeHandlers) {
      const { developerName } = entry
      if (isRepeated(path, 'developerName', `token exchange handler ${orgName} ${developerName}`)) continue
      const applied = await applyTokenExchangeHandler(acts, org, entry)
      // That an app or a user could not be made has been told.
      const isTold = ({ field, item }: Problem) => {
        const enablement = entry.enablements?.[item ?? -1]
        const app = enablement?.connectedApp ?? enablement?.externalClientApp ?? ''
        const { apexExecutionUser = '' } = enablement ?? {}
        return field === 'enablements' && (failed.has(app) || failed.has(canonicalUsername(apexExecutionUser)))
      }
      const told = applied.ok ? applied : { ...applied, problems: applied.problems.filter((one) => !isTold(one)) }
      note('token exchange handler', developerName, path, told)
    }
    for (const { path, entry } of listed.externalCredentials) {
      if (isRepeated(path, 'fullName', `external credential ${orgName} ${entry.fullName}`)) continue
      note('external credential', entry.fullName, path, await applyExternalCredential(acts, org, entry))
    }
    for (const { path, entry } of listed.namedCredentials) {
      if (isRepeated(path, 'fullName', `named credential ${orgName} ${entry.fullName}`)) continue
      note('named credential', entry.fullName, path, await applyNamedCredential(acts, org, entry))
    }
    const { objects, results } = await applyObjects(acts, org, listed.objects)
    for (const { path, name, outcome: applied } of results) note('object', name, path, applied)
    for (const { record, name, outcome: applied } of await applyRecords(acts, org, listed, objects)) {
      note('record', `${record.object} ${name}`, record.path, applied)
    }
  }

  /** Whether the file has had the same thing before; then that is the mistake. */
  function isRepeated(path: Path, field: string, key: string): boolean {
    const first = firstPlaces.get(key)
    if (first === undefined) {
      firstPlaces.set(key, path)
      return false
    }
    const { line } = file.mistakeAt([...first, field], '')
    report([...path, field], `The file has this one before, in line ${line}.`)
    return true
  }

  function report(path: Path, message: string): void {
    if (mistakes.length < mostMistakes && !unread.has(pathText(path))) mistakes.push(file.mistakeAt(path, message))
  }

  function warn(path: Path, message: string): void {
    if (warnings.length < mostMistakes) warnings.push(file.mistakeAt(path, message))
  }
}

const noPasswords = 'Here an org file holds no passwords. Give passwordHash instead, an argon2id hash in PHC form.'

function plainPath({ field, item }: Problem): Path {
  return [...field.split('.').filter((step) => step !== ''), ...(item === undefined ? [] : [item])]
}
