import type { Child } from 'hono/jsx'
import { done, type Outcome } from '../../problem.ts'
import type { SetupRight } from '../../users/setup-rights.ts'
import { Card, EmptyState } from './blocks.tsx'
import type { Fields, ShownForm, ValuesOf } from './form.tsx'
import type { PlacePath } from './places.ts'
import { confirmPage, formPage, page, shown } from './route.tsx'
import type { SetupRoute, SetupVisit } from './setup-visit.ts'
import { type Column, DataTable } from './table.tsx'

/** A thing that an org has a few of: nothing is shown of one but its row in the list and its form. */
interface Thing {
  readonly id: string
}

/**
 * A kind of such things: how they are called, listed, asked for, made, changed and deleted.
 * `Names` is what its list and its form look up, such as the apps of the org; `NewFields` are asked for once, when one is made.
 */
export interface ThingKind<Of extends Thing, Names, F extends Fields, NewFields extends Fields> {
  readonly path: PlacePath
  /** What the id of one is called in paths. */
  readonly parameter: string
  /** To make, change and delete them. */
  readonly right: SetupRight
  /** The list. */
  readonly title: string
  readonly lead: string
  readonly listTitle: string
  /** What the page says where there are none yet. */
  readonly empty: { readonly title: string; readonly text: Child }
  /** One of them, as in *New Custom Permission*. */
  readonly noun: string
  /** What one is called in sentences and headings. */
  readonly nameOf: (thing: Of) => string
  readonly list: (visit: SetupVisit) => Promise<readonly Of[]>
  readonly names: (visit: SetupVisit) => Promise<Names>
  readonly columns: (names: Names) => readonly Column<Of>[]
  readonly fields: (names: Names) => F
  readonly newFields: NewFields
  /** What stands in the form at first. */
  readonly newStart?: Partial<ValuesOf<F>>
  readonly start: (thing: Of, names: Names, visit: SetupVisit) => Partial<ValuesOf<F>> | Promise<Partial<ValuesOf<F>>>
  /** The form. @param once the fields that are asked for when one is made */
  readonly sections: (form: ShownForm<F>, once: Child) => Child
  /** What the acts' problems are called as fields here, where the names differ. */
  readonly problemNames?: Readonly<Record<string, keyof F & string>>
  readonly make: (values: ValuesOf<F> & ValuesOf<NewFields>, visit: SetupVisit) => Promise<Outcome<Of>>
  readonly change: (values: ValuesOf<F>, thing: Of, visit: SetupVisit) => Promise<Outcome<Of>>
  /** What deleting one does, all of it. */
  readonly consequences: string
  readonly remove: (thing: Of, visit: SetupVisit) => Promise<unknown>
  /** What to mind once one is made. */
  readonly afterwards?: (thing: Of) => string
}

/** A list, and pages to make, change and delete. */
export function thingPages<Of extends Thing, Names, F extends Fields, NewFields extends Fields>(
  kind: ThingKind<Of, Names, F, NewFields>,
): readonly SetupRoute[] {
  const { path, parameter, right, nameOf, problemNames = {} } = kind
  const find = async (visit: SetupVisit) => (await kind.list(visit)).find(({ id }) => id === visit.params[parameter])
  // Within a sentence: custom permission, but OAuth custom scope.
  const noun = kind.noun.replaceAll(/\b[A-Z](?=[a-z]+\b)/g, (letter) => letter.toLowerCase())

  const list = page(path, 'view setup', async (visit) => {
    const [things, names] = await Promise.all([kind.list(visit), kind.names(visit)])
    const canManage = visit.can(right)
    return shown(visit, {
      title: kind.title,
      lead: kind.lead,
      place: path,
      actions: [canManage ? { href: `${path}/new`, label: `New ${kind.noun}`, look: 'brand' } : undefined],
      children: (
        <Card title={kind.listTitle}>
          <DataTable<Of>
            caption={kind.listTitle}
            rows={things}
            columns={[...kind.columns(names), ...(canManage ? [{ heading: 'Actions', cell: RowActions }] : [])]}
            empty={
              <EmptyState title={kind.empty.title}>
                <p>{kind.empty.text}</p>
                {canManage && <a href={`${path}/new`}>Make one</a>}
              </EmptyState>
            }
          />
        </Card>
      ),
    })
  })

  function RowActions(thing: Of) {
    return (
      <span class="actions">
        <a href={`${path}/${thing.id}/edit`} aria-label={`Edit ${nameOf(thing)}`}>
          Edit
        </a>
        <a href={`${path}/${thing.id}/delete`} aria-label={`Delete ${nameOf(thing)}`}>
          Delete
        </a>
      </span>
    )
  }

  const make = formPage<object, F & NewFields>({
    path: `${path}/new`,
    right,
    find: async () => ({}),
    fields: async (_, visit) => ({ ...kind.newFields, ...kind.fields(await kind.names(visit)) }),
    start: () => kind.newStart ?? {},
    show: (form) => ({
      title: `New ${kind.noun}`,
      place: path,
      inside: kind.sections(
        form,
        Object.keys(kind.newFields).map((name) => form.field(name)),
      ),
    }),
    submit: 'Save',
    cancel: () => path,
    problemNames,
    async act(values, _, visit) {
      const made = await kind.make(values, visit)
      if (!made.ok) return made
      const say = `The ${noun} “${nameOf(made.value)}” has been made.`
      return done({ to: path, say: [say, kind.afterwards?.(made.value) ?? ''].join(' ').trim() }, made.warnings)
    },
  })

  const edit = formPage<Of, F>({
    path: `${path}/:${parameter}/edit`,
    right,
    find,
    fields: async (_, visit) => kind.fields(await kind.names(visit)),
    start: async (thing, visit) => kind.start(thing, await kind.names(visit), visit),
    show: (form, thing) => ({ title: `Edit ${nameOf(thing)}`, place: path, inside: kind.sections(form, undefined) }),
    submit: 'Save',
    cancel: () => path,
    problemNames,
    async act(values, thing, visit) {
      const changed = await kind.change(values, thing, visit)
      if (!changed.ok) return changed
      return done({ to: path, say: `The ${noun} “${nameOf(changed.value)}” has been changed.` }, changed.warnings)
    },
  })

  const remove = confirmPage<Of>({
    path: `${path}/:${parameter}/delete`,
    right,
    find,
    show: (thing) => ({
      title: `Delete ${nameOf(thing)}`,
      place: path,
      consequences: <p>{kind.consequences}</p>,
      button: 'Delete',
      isDestructive: true,
      cancel: path,
    }),
    async act(thing, visit) {
      await kind.remove(thing, visit)
      return done({ to: path, say: `The ${noun} “${nameOf(thing)}” has been deleted.` })
    },
  })

  return [...list, ...make, ...edit, ...remove]
}
