import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { certificateList } from './certificate-list.tsx'
import { editCertificate } from './edit-certificate.tsx'
import { exportKeyStorePage } from './export-key-store.tsx'
import { importKeyStorePage } from './import-key-store.tsx'
import { newCertificate } from './new-certificate.tsx'
import { viewCertificate } from './view-certificate.tsx'

/** *Certificate and Key Management*, all of it. */
export function certificatePages(needs: SetupNeeds): readonly SetupRoute[] {
  return [
    ...certificateList,
    ...newCertificate(needs),
    ...importKeyStorePage(needs),
    ...exportKeyStorePage(needs),
    ...viewCertificate,
    ...editCertificate(needs),
  ]
}
