import type { Profile } from '../../../users/profile.ts'
import { displayName, type User, type UserOrder } from '../../../users/user.ts'
import { Card, EmptyState, Instant } from '../blocks.tsx'
import { chosen, Filters } from '../filters.tsx'
import { page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { DataTable, Pager, pageLength, readListQuery } from '../table.tsx'
import { UserState } from './user-state.tsx'

const path = '/setup/users'

const orders: Readonly<Record<string, UserOrder>> = {
  name: 'name',
  username: 'username',
  last: 'lastLoginAt',
  created: 'createdAt',
}
const activities = [
  { value: 'yes', label: 'Active' },
  { value: 'no', label: 'Inactive' },
] as const

/** *Users*: everybody of the org, a page at a time. */
export const userList: readonly SetupRoute[] = page(path, 'view setup', async (visit) => {
  const { stores, org, query, can, at } = visit
  const sorted = readListQuery(query, ['name', 'username', 'last', 'created'])
  const profiles = await stores.profiles.list(org.id)
  const profileOptions = profiles.map(({ id, name }) => ({ value: id, label: name }))
  const active = chosen(query, 'active', activities)
  const filter = {
    text: sorted.q,
    profileId: chosen(query, 'profile', profileOptions),
    isActive: active === undefined ? undefined : active === 'yes',
  }
  const isFiltered = sorted.q !== '' || filter.profileId !== undefined || active !== undefined
  const total = await stores.users.count(org.id, filter)
  const pages = Math.max(1, Math.ceil(total / pageLength))
  const current = Math.min(sorted.page, pages)
  const rows = await stores.users.search(org.id, filter, {
    sort: orders[sorted.sort] ?? 'name',
    direction: sorted.isDescending ? 'desc' : 'asc',
    offset: (current - 1) * pageLength,
    limit: pageLength,
  })
  const names = new Map(profiles.map((profile: Profile) => [profile.id, profile.name]))
  const canManage = can('manage users')
  return shown(visit, {
    title: 'Users',
    lead: 'Everybody who can sign in to this org, and the users that programs act for.',
    place: path,
    actions: [canManage ? { href: `${path}/new`, label: 'New User', look: 'brand' } : undefined],
    children: (
      <Card title="Users">
        <Filters
          path={path}
          query={query}
          filters={[
            { name: 'q', label: 'Name, username or e-mail' },
            { name: 'profile', label: 'Profile', options: profileOptions },
            { name: 'active', label: 'Active', options: activities },
          ]}
        />
        <DataTable<User>
          caption="Users"
          rows={rows}
          list={{ path, query, sorted }}
          columns={[
            {
              heading: 'Full Name',
              sort: 'name',
              cell: (user) => <a href={`${path}/${user.id}`}>{displayName(user)}</a>,
            },
            { heading: 'Username', sort: 'username', cell: ({ username }) => username },
            { heading: 'Profile', cell: ({ profileId }) => names.get(profileId) ?? '' },
            { heading: 'State', cell: (user) => <UserState user={user} at={at} /> },
            { heading: 'Last Login', sort: 'last', cell: ({ lastLoginAt }) => <Instant at={lastLoginAt} /> },
            { heading: 'Created Date', sort: 'created', cell: ({ createdAt }) => <Instant at={createdAt} /> },
            ...(canManage
              ? [
                  {
                    heading: 'Actions',
                    cell: ({ id, username }: User) => (
                      <a href={`${path}/${id}/edit`} aria-label={`Edit ${username}`}>
                        Edit
                      </a>
                    ),
                  },
                ]
              : []),
          ]}
          empty={
            <EmptyState title={isFiltered ? 'No user is like that' : 'No user yet'}>
              {isFiltered ? <a href={path}>Show all users</a> : canManage && <a href={`${path}/new`}>Make one</a>}
            </EmptyState>
          }
        />
        {rows.length > 0 && <Pager path={path} query={query} page={current} pages={pages} total={total} />}
      </Card>
    ),
  })
})
