import { done } from '../../../problem.ts'
import { resetPassword } from '../../../sessions/reset-password.ts'
import { changeUser } from '../../../users/change-user.ts'
import { newUser } from '../../../users/new-user.ts'
import type { PermissionSet, Profile } from '../../../users/profile.ts'
import { displayName, type User } from '../../../users/user.ts'
import { Card, EmptyState } from '../blocks.tsx'
import { check, choice, choices, type Field, password, text } from '../field.tsx'
import type { ShownForm } from '../form.tsx'
import { formPage } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'

const path = '/setup/users'

/** The user of an address, if they are of this org. */
export async function findUser({ stores, org, params }: SetupVisit): Promise<User | undefined> {
  const user = await stores.users.find(params['user'] ?? '')
  return user?.orgId === org.id ? user : undefined
}

function detailFields(profiles: readonly Profile[]) {
  return {
    firstName: text({ label: 'First Name', help: 'Apps are told it as given_name.' }),
    lastName: text({
      label: 'Last Name',
      isRequired: true,
      help: 'Lists are sorted by it, and apps are told it as family_name.',
    }),
    email: text({
      label: 'Email',
      type: 'email',
      isRequired: true,
      help: 'Where the user is written to, and what apps are told. It may be that of several users; nobody signs in with it.',
    }),
    username: text({
      label: 'Username',
      type: 'email',
      help: 'What the user signs in with, and what assertions name them by. It looks like an e-mail address and is unique over all orgs of this server.',
      isRequired: true,
    }),
    nickname: text({ label: 'Nickname', help: 'Left empty, it is what stands before the @ of the username.' }),
    profile: choice({
      label: 'Profile',
      help: 'Says what the user may do, and from where they may sign in.',
      options: profiles.map(({ name }) => ({ value: name, label: name })),
    }),
    timeZone: text({ label: 'Time Zone', help: 'Such as Europe/Paris.', isRequired: true }),
    locale: text({ label: 'Locale', help: 'Such as en_US.', isRequired: true }),
    language: text({ label: 'Language', help: 'Such as en_US.', isRequired: true }),
    country: text({ label: 'Country', help: 'Apps with the scope address are told it.' }),
    mobilePhone: text({
      label: 'Mobile',
      type: 'tel',
      help: 'Apps with the scope phone are told it. No messages are sent to it.',
    }),
    federationId: text({
      label: 'Federation ID',
      help: 'What an identity provider calls the user, for single sign-on. Unique in this org; capitals count.',
    }),
  }
}

type DetailFields = ReturnType<typeof detailFields>

function GeneralCard({ form }: { readonly form: Pick<ShownForm<DetailFields>, 'field'> }) {
  return (
    <Card title="General Information">
      {form.field('firstName')}
      {form.field('lastName')}
      {form.field('email')}
      {form.field('username')}
      {form.field('nickname')}
      {form.field('profile')}
    </Card>
  )
}

function SingleSignOnCard({ form }: { readonly form: Pick<ShownForm<DetailFields>, 'field'> }) {
  return <Card title="Single Sign On Information">{form.field('federationId')}</Card>
}

function LocaleCard({ form }: { readonly form: Pick<ShownForm<DetailFields>, 'field'> }) {
  return (
    <Card title="Locale and Contact">
      {form.field('timeZone')}
      {form.field('locale')}
      {form.field('language')}
      {form.field('country')}
      {form.field('mobilePhone')}
    </Card>
  )
}

function permissionSetsField(permissionSets: readonly PermissionSet[]): Field<readonly string[]> {
  return choices({
    label: 'Permission Sets',
    help: 'What the user may do besides the profile, and which apps are opened to them.',
    options: permissionSets.map(({ name, label }) => ({ value: name, label, hint: name === label ? undefined : name })),
  })
}

function newUserPage({
  passwords,
  newId,
  now,
}: Pick<SetupNeeds, 'passwords' | 'newId' | 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${path}/new`,
    right: 'manage users',
    async find({ stores, org }) {
      const [profiles, permissionSets] = await Promise.all([
        stores.profiles.list(org.id),
        stores.permissionSets.list(org.id),
      ])
      return { profiles, permissionSets }
    },
    fields: ({ profiles, permissionSets }, { org }) => ({
      ...detailFields(profiles),
      permissionSets: permissionSetsField(permissionSets),
      password: password({
        label: 'Password',
        help: `At least ${org.settings.minimumPasswordLength} characters. Left empty, nobody can sign in as this user: a program can act for them by an assertion, or by client credentials.`,
        autocomplete: 'new-password',
        isRequired: false,
      }),
    }),
    start: (_, { query }) => ({
      profile: query.get('profile') ?? 'Standard User',
      timeZone: 'UTC',
      locale: 'en_US',
      language: 'en_US',
    }),
    show: (form, { permissionSets }) => ({
      title: 'New User',
      place: path,
      inside: (
        <>
          <GeneralCard form={form} />
          <Card title="Access">
            {form.field('password')}
            {permissionSets.length > 0 && form.field('permissionSets')}
          </Card>
          <SingleSignOnCard form={form} />
          <LocaleCard form={form} />
        </>
      ),
    }),
    submit: 'Save',
    cancel: () => path,
    async act({ password: entered, ...details }, _, { stores, org }) {
      const secret = entered === '' ? {} : { password: entered }
      const outcome = await newUser({ ...stores, passwords, newId, now }, org, { ...details, ...secret })
      if (!outcome.ok) return outcome
      const { id, username } = outcome.value
      return done({ to: `${path}/${id}`, say: `The user ${username} is made.` })
    },
  })
}

function editUserPage({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${path}/:user/edit`,
    right: 'manage users',
    async find(visit) {
      const user = await findUser(visit)
      return user && { user, profiles: await visit.stores.profiles.list(visit.org.id) }
    },
    fields: ({ profiles }) => ({
      ...detailFields(profiles),
      isActive: check({
        label: 'Active',
        help: 'Without it the user cannot come in, and every session and token of theirs ends at once, for good.',
      }),
    }),
    start: ({ user, profiles }) => ({
      ...user,
      firstName: user.firstName ?? '',
      country: user.country ?? '',
      mobilePhone: user.mobilePhone ?? '',
      federationId: user.federationId ?? '',
      profile: profiles.find(({ id }) => id === user.profileId)?.name ?? '',
    }),
    show: (form, { user }) => ({
      title: `Edit ${displayName(user)}`,
      place: path,
      crumbs: [{ href: `${path}/${user.id}`, label: displayName(user) }],
      inside: (
        <>
          <GeneralCard form={form} />
          <Card title="Access">{form.field('isActive')}</Card>
          <SingleSignOnCard form={form} />
          <LocaleCard form={form} />
        </>
      ),
    }),
    submit: 'Save',
    cancel: ({ user }) => `${path}/${user.id}`,
    async act(entered, { user }, { stores, actor }) {
      const outcome = await changeUser({ ...stores, now, actor }, user, entered)
      return outcome.ok
        ? done({ to: `${path}/${user.id}`, say: `The user ${outcome.value.username} is saved.` })
        : outcome
    },
  })
}

function permissionSetsPage({ now }: Pick<SetupNeeds, 'now'>): readonly SetupRoute[] {
  return formPage({
    path: `${path}/:user/permission-sets`,
    right: 'manage users',
    async find(visit) {
      const user = await findUser(visit)
      return user && { user, permissionSets: await visit.stores.permissionSets.list(visit.org.id) }
    },
    fields: ({ permissionSets }) => ({ permissionSets: permissionSetsField(permissionSets) }),
    start: ({ user, permissionSets }) => ({
      permissionSets: permissionSets.filter(({ id }) => user.permissionSetIds.includes(id)).map(({ name }) => name),
    }),
    show: (form, { user, permissionSets }) => ({
      title: 'Permission Set Assignments',
      kind: displayName(user),
      place: path,
      crumbs: [{ href: `${path}/${user.id}`, label: displayName(user) }],
      inside: (
        <Card title="Permission sets">
          {permissionSets.length > 0 ? (
            form.field('permissionSets')
          ) : (
            <EmptyState title="This org has no permission set yet">
              <a href="/setup/permission-sets/new">Make one</a>
            </EmptyState>
          )}
        </Card>
      ),
    }),
    submit: 'Save',
    cancel: ({ user }) => `${path}/${user.id}`,
    async act({ permissionSets }, { user }, { stores, actor }) {
      const outcome = await changeUser({ ...stores, now, actor }, user, { permissionSets })
      return outcome.ok
        ? done({ to: `${path}/${user.id}`, say: `The permission sets of ${user.username} are saved.` })
        : outcome
    },
  })
}

function resetPasswordPage({ passwords, now }: Pick<SetupNeeds, 'passwords' | 'now'>): readonly SetupRoute[] {
  return formPage<User, { password: Field<string>; endsSessions: Field<boolean> }>({
    path: `${path}/:user/reset-password`,
    right: 'manage users',
    find: findUser,
    fields: (_, { org }) => ({
      password: password({
        label: 'New Password',
        help: `At least ${org.settings.minimumPasswordLength} characters. Tell it to the user on a way that nobody else reads.`,
        autocomplete: 'new-password',
      }),
      endsSessions: check({
        label: 'End the user’s sessions',
        help: 'Signs out whoever is signed in with the old password. Tokens of apps stay; to end them too, freeze the user.',
      }),
    }),
    start: () => ({ endsSessions: true }),
    show: (form, user) => ({
      title: 'Reset Password',
      kind: displayName(user),
      place: path,
      crumbs: [{ href: `${path}/${user.id}`, label: displayName(user) }],
      inside: (
        <Card title={user.username}>
          {form.field('password')}
          {form.field('endsSessions')}
        </Card>
      ),
    }),
    submit: 'Reset Password',
    cancel: ({ id }) => `${path}/${id}`,
    async act(entered, user, { stores, org, actor }) {
      const outcome = await resetPassword({ ...stores, passwords, now, actor }, org, user, entered)
      return outcome.ok
        ? done({ to: `${path}/${user.id}`, say: `${user.username} has a new password, and is not locked out.` })
        : outcome
    },
  })
}

/** The forms in which users are made and changed. */
export function userForms(needs: Pick<SetupNeeds, 'passwords' | 'newId' | 'now'>): readonly SetupRoute[] {
  return [...newUserPage(needs), ...editUserPage(needs), ...permissionSetsPage(needs), ...resetPasswordPage(needs)]
}
