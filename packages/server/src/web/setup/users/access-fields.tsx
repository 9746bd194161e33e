import { standardObjects } from '../../../rest/standard-objects.ts'
import { permissionWords } from '../../../users/permission-words.ts'
import { type ObjectPermission, type UserPermission, userPermissions } from '../../../users/profile.ts'
import { Details, EmptyState } from '../blocks.tsx'
import { choices, type Field } from '../field.tsx'
import type { SetupVisit } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'

/** *System Permissions*, each with what it allows. */
export function permissionsField(): Field<readonly string[]> {
  return choices({
    label: 'System Permissions',
    help: 'A user has what the profile allows and what each of their permission sets allows.',
    options: userPermissions.map((value) => ({ value, ...permissionWords[value] })),
  })
}

/** An object whose records may be opened. */
export interface OpenableObject {
  readonly name: string
  readonly label: string
}

/** The objects of an org whose records take permissions; also those that a permission names and the org has no more. */
export async function openableObjects(
  { stores, org }: Pick<SetupVisit, 'stores' | 'org'>,
  held: readonly ObjectPermission[],
): Promise<readonly OpenableObject[]> {
  const own = (await stores.objects.list(org.id)).filter(({ kind }) => kind === 'stored')
  const labels = new Map([...standardObjects, ...own].map(({ name, label }) => [name, label]))
  for (const { object } of held) if (!labels.has(object)) labels.set(object, object)
  return [...labels].map(([name, label]) => ({ name, label }))
}

const operations = [
  { key: 'allowRead', label: 'Read', done: 'read' },
  { key: 'allowCreate', label: 'Create', done: 'created' },
  { key: 'allowEdit', label: 'Edit', done: 'edited' },
  { key: 'allowDelete', label: 'Delete', done: 'deleted' },
] as const

/** *Object Permissions*: a line for each object, a box for each thing that may be done with its records. */
export function objectPermissionsField(objects: readonly OpenableObject[]): Field<readonly ObjectPermission[]> {
  const boxOf = (object: string, key: string) => `${object}.${key}`
  return {
    label: 'Object Permissions',
    help: 'What users may do with the records of each object through the API. Creating, editing and deleting takes reading.',
    isRequired: false,
    shape: 'group',
    isForgotten: false,
    read(name, { texts }) {
      const entered = new Set(texts.get(name))
      const permissions = objects.map(({ name: object }) => {
        const takes = (key: (typeof operations)[number]['key']) => entered.delete(boxOf(object, key))
        return {
          object,
          allowRead: takes('allowRead'),
          allowCreate: takes('allowCreate'),
          allowEdit: takes('allowEdit'),
          allowDelete: takes('allowDelete'),
        }
      })
      const [stranger] = entered
      return stranger === undefined
        ? { ok: true, value: permissions.filter(isAny) }
        : { ok: false, message: `There is no “${stranger.slice(0, 80)}” to choose.` }
    },
    write: (permissions) =>
      permissions.flatMap((permission) =>
        operations.filter(({ key }) => permission[key]).map(({ key }) => boxOf(permission.object, key)),
      ),
    show: (permissions) => <ObjectPermissionTable permissions={permissions} objects={objects} />,
    draw: ({ id, name, entered }) => (
      <div class="table" id={id} tabindex={-1}>
        <table class="slds-table slds-table_cell-buffer slds-table_bordered slds-max-medium-table_stacked-horizontal">
          <caption class="slds-assistive-text">Object Permissions</caption>
          <thead>
            <tr class="slds-line-height_reset">
              <th scope="col">Object</th>
              {operations.map(({ label }) => (
                <th scope="col">{label}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {objects.map(({ name: object, label: objectLabel }) => (
              <tr>
                <th scope="row" data-label="Object">
                  {objectLabel}
                </th>
                {operations.map(({ key, label }) => (
                  <td data-label={label}>
                    <span class="tick">
                      <input
                        type="checkbox"
                        name={name}
                        value={boxOf(object, key)}
                        checked={entered.includes(boxOf(object, key))}
                        aria-label={`${label} ${objectLabel}`}
                      />
                    </span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    ),
  }
}

function isAny({ allowRead, allowCreate, allowEdit, allowDelete }: ObjectPermission): boolean {
  return allowRead || allowCreate || allowEdit || allowDelete
}

/** Permissions by name, each with what it allows. */
export function PermissionList({ permissions }: { readonly permissions: readonly UserPermission[] }) {
  if (permissions.length === 0) return <EmptyState title="No system permission" />
  return <Details rows={permissions.map((name) => [permissionWords[name].label, permissionWords[name].hint])} />
}

/** What may be done with the records of each object. */
export function ObjectPermissionTable(props: {
  readonly permissions: readonly ObjectPermission[]
  readonly objects: readonly OpenableObject[]
}) {
  const labels = new Map(props.objects.map(({ name, label }) => [name, label]))
  return (
    <DataTable<ObjectPermission>
      caption="Object permissions"
      rows={props.permissions.filter(isAny)}
      columns={[
        { heading: 'Object', cell: ({ object }) => labels.get(object) ?? object },
        {
          heading: 'Records May Be',
          cell: (permission) =>
            operations
              .filter(({ key }) => permission[key])
              .map(({ done: word }) => word)
              .join(', '),
        },
      ]}
      empty={<EmptyState title="No records of any object" />}
    />
  )
}
