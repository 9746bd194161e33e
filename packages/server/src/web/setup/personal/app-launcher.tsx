import { type AppTile, appMenu, tilesFor } from '../../../connected-apps/app-menu.ts'
import { Card, EmptyState } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'

const path = '/personal/app-launcher'
// Browsers of telephones and tablets say so.
const mobile = /\b(?:Mobile|Android|iPhone|iPad)\b/

/** *App Launcher*: the apps that the person may use and that lead somewhere, each with its picture. */
export const appLauncher: readonly SetupRoute[] = page(path, 'personal settings', async (visit) => {
  const tiles = tilesFor(await appMenu(visit.stores, visit.org.id), visit.user)
  const isMobile = mobile.test(visit.userAgent)
  return shown(visit, {
    title: 'App Launcher',
    lead: 'The apps of your org that you may use.',
    place: path,
    images: tiles.flatMap(({ app }) => (app.logoUrl === undefined ? [] : [new URL(app.logoUrl).origin])),
    children: (
      <Card title="All Apps">
        {tiles.length === 0 ? (
          <EmptyState title="There is no app to open">
            <p>An app stands here once an admin shows it to you, and it says where it begins.</p>
          </EmptyState>
        ) : (
          <ul class="tiles">
            {tiles.map((tile) => (
              <Tile tile={tile} isMobile={isMobile} />
            ))}
          </ul>
        )}
      </Card>
    ),
  })
})

function Tile({ tile: { app }, isMobile }: { readonly tile: AppTile; readonly isMobile: boolean }) {
  const { startUrl, mobile: settings } = app
  const url = isMobile ? (settings.startUrl ?? startUrl) : (startUrl ?? settings.startUrl)
  return (
    <li>
      <a class="tile" href={url} rel="noreferrer">
        {app.logoUrl === undefined ? (
          <span class="initials" aria-hidden="true">
            {initialsOf(app.label)}
          </span>
        ) : (
          <img src={app.logoUrl} alt="" width="48" height="48" loading="lazy" referrerpolicy="no-referrer" />
        )}
        <span>
          <strong>{app.label}</strong>
          {app.description !== undefined && <span class="help">{app.description.slice(0, 160)}</span>}
        </span>
      </a>
    </li>
  )
}

function initialsOf(label: string): string {
  return label
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('')
}
