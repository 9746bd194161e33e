import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { mobileFileFields } from '../../../connected-apps/mobile-app.ts'
import { mobileFileType } from '../../../connected-apps/mobile-file.ts'
import { download } from '../download.ts'
import { notFound, page } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { type AppKind, appPath } from './app-kind.ts'
import { findOwnApp } from './find-app.ts'

const places = { applicationBinaryFile: 'binary-file', applicationIconFile: 'icon-file' } as const

type MobileFileField = (typeof mobileFileFields)[number]

/** Where a file of an app for mobile devices is to be had. */
export function mobileFilePath(app: ConnectedApp, field: MobileFileField): string {
  return `${appPath(app)}/${places[field]}`
}

/** The files of an app for mobile devices, to download. */
export function mobileFiles(kind: AppKind): readonly SetupRoute[] {
  return mobileFileFields.flatMap((field) =>
    page(`${kind.path}/:app/${places[field]}`, 'view setup', async (visit) => {
      const app = await findOwnApp(kind)(visit)
      const file = app?.mobile.app?.[field]
      const body = app && file && (await visit.stores.apps.findFile(app.id, file.sha256))
      if (file === undefined || body === undefined) return notFound(visit)
      // Names of files that are sent have no more than these characters.
      const fileName = file.fileName.replaceAll(/[^\w.-]/g, '_')
      return download({ fileName, type: mobileFileType(file), body })
    }),
  )
}
