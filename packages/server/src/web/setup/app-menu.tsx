import { appMenu, type MenuItem } from '../../connected-apps/app-menu.ts'
import { changePolicies } from '../../connected-apps/app-policies.ts'
import { done } from '../../problem.ts'
import { Card, EmptyState, Nothing, YesNo } from './blocks.tsx'
import { check, whole } from './field.tsx'
import { formPage, page, shown } from './route.tsx'
import type { SetupRoute, SetupVisit } from './setup-visit.ts'
import { DataTable, listPage, NoneFound, Pager, readListQuery, SearchBox } from './table.tsx'

const path = '/setup/app-menu'
const right = 'manage connected apps'

const list = page(path, right, async (visit) => {
  const { query } = visit
  const sorted = readListQuery(query, ['place'])
  const all = await appMenu(visit.stores, visit.org.id)
  // They come in the order of the menu, and stay so.
  const { rows, total, pages } = listPage(all, sorted, ({ app }) => `${app.label} ${app.fullName}`, {})
  return shown(visit, {
    title: 'App Menu',
    lead: 'What people find in their App Launcher, and in which order. They see the apps only that they may use, and that have a start URL.',
    place: path,
    children: (
      <Card title="App Menu Items">
        {all.length > 0 && <SearchBox path={path} query={query} label="Search apps" />}
        <DataTable<MenuItem>
          caption="App menu items, in their order"
          rows={rows}
          columns={[
            { heading: 'App', cell: ({ app }) => app.label },
            { heading: 'Sort Order', align: 'right', cell: ({ menu }) => String(menu.sortOrder) },
            { heading: 'Visible in App Launcher', cell: ({ menu }) => <YesNo value={menu.isVisible} /> },
            { heading: 'Start URL', cell: ({ app }) => app.startUrl ?? <Nothing /> },
            { heading: 'Mobile Start URL', cell: ({ app }) => app.mobile.startUrl ?? <Nothing /> },
            {
              heading: 'Actions',
              cell: ({ app }) => (
                <a href={`${path}/${app.id}/edit`} aria-label={`Edit the place of ${app.label}`}>
                  Edit
                </a>
              ),
            },
          ]}
          empty={
            all.length === 0 ? (
              <EmptyState title="No app is installed">
                <p>
                  Make one in <a href="/setup/connected-apps">App Manager</a>.
                </p>
              </EmptyState>
            ) : (
              <NoneFound noun="app" path={path} sought={sorted.q} />
            )
          }
        />
        {rows.length > 0 && <Pager path={path} query={query} page={sorted.page} pages={pages} total={total} />}
      </Card>
    ),
  })
})

const edit = formPage({
  path: `${path}/:app/edit`,
  right,
  find: itemOf,
  fields: () => ({
    isVisible: check({
      label: 'Visible in App Launcher',
      help: 'Whether people find the app there. It can be used all the same, and users who may not use it never see it.',
    }),
    sortOrder: whole({
      label: 'Sort Order',
      unit: '(lower ones stand first)',
      isRequired: true,
      help: 'Apps with the same number stand in the order of their names.',
    }),
  }),
  start: ({ menu }) => menu,
  show: (form, { app }) => ({
    title: `Place of ${app.label} in the App Menu`,
    place: path,
    inside: (
      <Card title="App Menu Item">
        {form.field('isVisible')}
        {form.field('sortOrder')}
      </Card>
    ),
  }),
  submit: 'Save',
  cancel: () => path,
  async act({ isVisible, sortOrder = 0 }, { app }, { stores, org }) {
    const changed = await changePolicies(stores, app, org, { menu: { isVisible, sortOrder } })
    return changed.ok ? done({ to: path, say: `“${app.label}” has its place.` }) : changed
  },
  problemNames: { menu: 'sortOrder' },
})

async function itemOf({ stores, org, params }: SetupVisit): Promise<MenuItem | undefined> {
  return (await appMenu(stores, org.id)).find(({ app }) => app.id === params['app'])
}

/** *App Menu*: which apps users find in their App Launcher, and in which order. */
export const appMenuPages: readonly SetupRoute[] = [...list, ...edit]
