import type { ProviderRules } from '../../auth-providers/provider-url.ts'
import type { Clock } from '../../clock.ts'
import type { Addresses } from '../../orgs/address.ts'
import type { RecordKind } from '../../record-id.ts'
import type { AskJitHandler } from '../../saml/jit-handlers.ts'
import type { SsoRules } from '../../saml/sso-assertion.ts'
import type { Seal } from '../../seal.ts'
import type { KeptFormStore } from '../../sessions/kept-form.ts'
import type { Passwords } from '../../users/password.ts'
import { type Handler, router } from '../router.ts'
import type { Receive } from '../visit.ts'
import { appMenuPages } from './app-menu.tsx'
import { setupScriptAnswer, setupScriptPath, setupStylesheetAnswer, setupStylesheetPath } from './assets.ts'
import { auditTrail } from './audit-trail.tsx'
import { authProviderPages } from './auth-providers/auth-providers.ts'
import { certificatePages } from './certificates/certificates.ts'
import { connectAServer } from './connect-a-server/connect-a-server.tsx'
import { connectedAppPages } from './connected-apps/connected-apps.ts'
import { customScopePages } from './connected-apps/custom-scopes.tsx'
import { oauthUsage } from './connected-apps/oauth-usage.tsx'
import { tokenExchangeHandlerPages } from './connected-apps/token-exchange-handlers.tsx'
import { flowLog } from './flow-log/flow-log.tsx'
import { setupHome } from './home/setup-home.tsx'
import { identityProvider } from './identity.tsx'
import { keptForms } from './kept-forms.ts'
import { loginHistory } from './login-history.tsx'
import { myDomain } from './my-domain.tsx'
import { namedCredentialPages } from './named-credentials/named-credentials.ts'
import { orgSettingsPages } from './org-settings.tsx'
import { personalPages } from './personal/personal.tsx'
import { quickFind } from './quick-find.tsx'
import { setupRefusal } from './refusal.tsx'
import { releaseUpdatePages } from './release-updates.tsx'
import { sessionManagement } from './sessions.tsx'
import { type AdmissionNeeds, admit, type SetupRoute, type SetupStores } from './setup-visit.ts'
import { singleSignOnPages } from './single-sign-on/single-sign-on.ts'
import { customPermissionPages } from './users/custom-permissions.tsx'
import { identityVerificationPages } from './users/identity-verification.tsx'
import { permissionSetPages } from './users/permission-sets.tsx'
import { profilePages } from './users/profiles.tsx'
import { userPages } from './users/user.tsx'
import { userForms } from './users/user-forms.tsx'
import { userList } from './users/users.tsx'
import { verificationHistory } from './verification-history.tsx'

/** What the acts behind the pages need besides the stores, which every visit brings along. */
export interface SetupNeeds {
  readonly seal: Seal
  readonly passwords: Passwords
  readonly addresses: Addresses
  readonly newId: (kind: RecordKind) => string
  /** How assertions of identity providers are judged. */
  readonly samlRules: SsoRules
  readonly askJitHandler: AskJitHandler
  /** Which addresses auth. providers may have. */
  readonly providerRules: ProviderRules
  /** Seconds for which a key signs before the next one does; `undefined` leaves it to people. */
  readonly signingKeyPeriod: number | undefined
  /** Asks this very server, as a program elsewhere would. */
  readonly ask: (request: Request) => Promise<Response>
  readonly now: Clock
}

/** Every page of Setup and of personal settings, with who may open it. */
export function setupRoutes(needs: SetupNeeds): readonly SetupRoute[] {
  return [
    ...setupHome,
    ...quickFind,
    ...connectedAppPages(needs),
    ...oauthUsage,
    ...appMenuPages,
    ...customScopePages(needs),
    ...tokenExchangeHandlerPages(needs),
    ...userList,
    ...userForms(needs),
    ...userPages(needs),
    ...identityVerificationPages(needs),
    ...profilePages(needs),
    ...permissionSetPages(needs),
    ...customPermissionPages(needs),
    ...personalPages(needs),
    ...identityProvider(needs),
    ...singleSignOnPages(needs),
    ...authProviderPages(needs),
    ...loginHistory,
    ...verificationHistory,
    ...orgSettingsPages,
    ...certificatePages(needs),
    ...namedCredentialPages(needs),
    ...sessionManagement,
    ...auditTrail,
    ...connectAServer(needs),
    ...flowLog,
    ...myDomain(needs),
    ...releaseUpdatePages(needs),
  ]
}

interface Needs extends SetupNeeds, Omit<AdmissionNeeds, 'keptForms'> {
  readonly stores: SetupStores & { readonly keptForms: KeptFormStore }
  readonly take: Receive
  readonly missing: Handler
}

/** All of Setup: each page behind the one door that lets people in. Of what goes on there, refusals are journalled. */
export function setup({ take, missing, ...needs }: Needs): Handler {
  const pages = router(missing)
  const { seal, now } = needs
  const answerOf = admit({ ...needs, keptForms: keptForms({ keptForms: needs.stores.keptForms, seal, now }) })
  for (const route of setupRoutes(needs)) {
    pages.on([route.method], route.path, take({ refusalsOf: 'setup' }, answerOf(route), setupRefusal))
  }
  pages.get(setupStylesheetPath, take(undefined, setupStylesheetAnswer, setupRefusal))
  pages.get(setupScriptPath, take(undefined, setupScriptAnswer, setupRefusal))
  return pages.answer
}
