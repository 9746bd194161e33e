import type { Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { readRecordId } from '../record-id.ts'
import { shown } from '../saml/saml-error.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import type { OAuthError } from './error.ts'
import { refusal } from './refusal.ts'

/** What the address says of what an identity provider has sent: for which org, or for which settings of one. */
export interface SsoAddress {
  readonly so: string | undefined
  readonly sc: string | undefined
}

interface Needs {
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
}

/**
 * The org that the address names, by itself, its settings or its host; if it names it twice, it has to be the same.
 * @throws {OAuthError} `sso-org-unknown`, `sso-settings-unknown`
 */
export async function ssoPlaceAt(
  { samlSsoConfigs, orgs }: Needs,
  site: Site,
  { so, sc }: SsoAddress,
): Promise<{ readonly org: Org; readonly settings: SamlSsoConfig | undefined }> {
  const settings = sc === undefined ? undefined : await settingsAt(sc)
  const id = so === undefined ? settings?.orgId : readRecordId(so)
  const org = so === undefined && settings === undefined ? site.org : await orgs.find(id ?? '')
  const isTheSame = (other: string | undefined) => other === undefined || other === org?.id
  if (org !== undefined && isTheSame(site.org?.id) && isTheSame(settings?.orgId)) return { org, settings }
  throw refusal({ reason: 'sso-org-unknown', facts: { found: so?.slice(0, 64) ?? 'none' } })

  async function settingsAt(sc: string): Promise<SamlSsoConfig> {
    const config = await samlSsoConfigs.find(readRecordId(sc) ?? '')
    const isElsewhere = site.org !== undefined && config?.orgId !== site.org.id
    if (config === undefined || isElsewhere) throw unknownSettings(sc, site.org)
    return config
  }
}

/** That an org has no such settings. */
export function unknownSettings(found: string, org: Org | undefined): OAuthError {
  return refusal({ reason: 'sso-settings-unknown', facts: { found: shown(found), org: org?.name ?? '' } })
}
