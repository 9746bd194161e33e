import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { certificateCreate } from './certificate/create.ts'
import { certificateCsr } from './certificate/csr.ts'
import { certificateDelete } from './certificate/delete.ts'
import { certificateExport } from './certificate/export.ts'
import { certificateImport } from './certificate/import.ts'
import { certificateList } from './certificate/list.ts'
import { certificateShow } from './certificate/show.ts'
import { certificateUpdate } from './certificate/update.ts'
import { certificateUploadSigned } from './certificate/upload-signed.ts'

/** `sallyport certificate …` */
export function certificate(terminal: Terminal): CommandUnknownOpts {
  return new Command('certificate')
    .summary('administer the certificates of an org')
    .description(
      'Administer the certificates that an org signs with. A server that runs sees every change within a second.',
    )
    .addCommand(certificateCreate(terminal))
    .addCommand(certificateImport(terminal))
    .addCommand(certificateList(terminal))
    .addCommand(certificateShow(terminal))
    .addCommand(certificateUpdate(terminal))
    .addCommand(certificateCsr(terminal))
    .addCommand(certificateUploadSigned(terminal))
    .addCommand(certificateExport(terminal))
    .addCommand(certificateDelete(terminal))
}
