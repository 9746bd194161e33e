import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { ssoSettingsCreate } from './sso-settings/create.ts'
import { ssoSettingsDelete } from './sso-settings/delete.ts'
import { ssoSettingsList } from './sso-settings/list.ts'
import { ssoSettingsMetadata } from './sso-settings/metadata.ts'
import { ssoSettingsShow } from './sso-settings/show.ts'
import { ssoSettingsUpdate } from './sso-settings/update.ts'

/** `sallyport sso-settings …` */
export function ssoSettings(terminal: Terminal): CommandUnknownOpts {
  return new Command('sso-settings')
    .summary('administer the identity providers that an org believes (SAML)')
    .description(
      'Administer the SAML Single Sign-On Settings of an org: which identity providers it believes. A server that runs sees ' +
        'every change within a second.',
    )
    .addCommand(ssoSettingsCreate(terminal))
    .addCommand(ssoSettingsList(terminal))
    .addCommand(ssoSettingsShow(terminal))
    .addCommand(ssoSettingsMetadata(terminal))
    .addCommand(ssoSettingsUpdate(terminal))
    .addCommand(ssoSettingsDelete(terminal))
}
