import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { externalCredentials, namedCredentials } from './credential/credential-kind.ts'
import { credentialDelete } from './credential/delete.ts'
import { credentialList } from './credential/list.ts'
import { credentialShow } from './credential/show.ts'

/** `sallyport named-credential …` */
export function namedCredential(terminal: Terminal): CommandUnknownOpts {
  return new Command('named-credential')
    .summary('see the named credentials of an org')
    .description(
      'Where code of an org calls, and how it signs in there. They are made in Setup or by an org file; sallyport call and the ' +
        'caller toolkit call by them.',
    )
    .addCommand(credentialList(terminal, namedCredentials))
    .addCommand(credentialShow(terminal, namedCredentials))
    .addCommand(credentialDelete(terminal, namedCredentials))
}

/** `sallyport external-credential …` */
export function externalCredential(terminal: Terminal): CommandUnknownOpts {
  return new Command('external-credential')
    .summary('see the external credentials of an org')
    .description('How named credentials sign in, and for which principals. They are made in Setup or by an org file.')
    .addCommand(credentialList(terminal, externalCredentials))
    .addCommand(credentialShow(terminal, externalCredentials))
    .addCommand(credentialDelete(terminal, externalCredentials))
}
