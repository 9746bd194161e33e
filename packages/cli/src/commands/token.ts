import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { tokenAsset } from './token/asset.ts'
import { tokenDecode } from './token/decode.ts'
import { tokenIntrospect } from './token/introspect.ts'
import { tokenProof } from './token/proof.ts'
import { tokenRevoke } from './token/revoke.ts'
import { tokenShow } from './token/show.ts'
import { tokenVerify } from './token/verify.ts'

/** `sallyport token …` */
export function token(terminal: Terminal): CommandUnknownOpts {
  return new Command('token')
    .summary('show, examine and end tokens')
    .description('Shows, examines and ends tokens: those of a sign-in, and any JWT.')
    .addCommand(tokenShow(terminal))
    .addCommand(tokenProof(terminal))
    .addCommand(tokenAsset(terminal))
    .addCommand(tokenDecode(terminal))
    .addCommand(tokenVerify(terminal))
    .addCommand(tokenIntrospect(terminal))
    .addCommand(tokenRevoke(terminal))
}
