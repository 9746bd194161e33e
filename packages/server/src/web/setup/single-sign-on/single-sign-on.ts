import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { assertionValidator } from './assertion-validator.tsx'
import { settingsForms } from './settings-forms.tsx'
import { settingsList } from './settings-list.tsx'
import { viewSettings } from './view-settings.tsx'

/** *Single Sign-On Settings* and *SAML Assertion Validator*: which identity providers the org believes, and what of their words. */
export function singleSignOnPages(needs: SetupNeeds): readonly SetupRoute[] {
  return [...settingsList(needs), ...settingsForms(needs), ...viewSettings(needs), ...assertionValidator(needs)]
}
