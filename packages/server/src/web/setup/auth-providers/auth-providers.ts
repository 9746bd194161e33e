import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { providerForms } from './provider-forms.tsx'
import { providerList } from './provider-list.tsx'
import { viewProvider } from './view-provider.tsx'

/** *Auth. Providers*: the outside OpenID Connect providers that people sign in with. */
export function authProviderPages(needs: SetupNeeds): readonly SetupRoute[] {
  return [...providerList, ...providerForms(needs), ...viewProvider(needs)]
}
