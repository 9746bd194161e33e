import type { Child } from 'hono/jsx'
import type { Problem } from '../../problem.ts'
import type { FormTarget } from '../pages/post-form.tsx'
import { Notice } from './blocks.tsx'
import type { Field } from './field.tsx'
import type { SentForm } from './form-body.ts'

/** The fields of a form, by the names under which they are sent. */
export type Fields = Readonly<Record<string, Field<unknown>>>

/** What the fields hold. */
export type ValuesOf<F extends Fields> = { readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never }

/** What stands in a form: what was sent, or what is stored, as a form would send it. */
export type Entered = ReadonlyMap<string, readonly string[]>

/** What reading a form came to. `stranger` is a name that the form does not have, or one that came too often. */
export type FormReading<F extends Fields> =
  | { readonly outcome: 'read'; readonly values: ValuesOf<F> }
  | { readonly outcome: 'faulty'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'stranger'; readonly name: string }

/** The name of the field that every form carries besides its own: it proves that we made the form. */
export const tokenField = 'csrf_token'

/** Reads what was sent by the fields that the form has, and by no others. */
export function readFields<F extends Fields>(fields: F, sent: SentForm): FormReading<F> {
  const fieldOf = (name: string) => (Object.hasOwn(fields, name) ? fields[name] : undefined)
  const strangers = [
    ...[...sent.texts].filter(([name, entered]) => name !== tokenField && isStranger(fieldOf(name), entered)),
    ...[...sent.files].filter(([name]) => fieldOf(name)?.shape !== 'file'),
  ]
  const [stranger] = strangers
  if (stranger !== undefined) return { outcome: 'stranger', name: stranger[0].slice(0, 64) }
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const reading = field.read(name, sent)
    const tooLarge = sent.tooLarge.get(name)
    if (tooLarge !== undefined) problems.push({ field: name, message: tooLarge })
    else if (reading.ok) values[name] = reading.value
    else problems.push({ field: name, message: reading.message })
  }
  if (problems.length > 0 || !isWhole(fields, values)) return { outcome: 'faulty', problems }
  return { outcome: 'read', values }
}

function isStranger(field: Field<unknown> | undefined, entered: readonly string[]): boolean {
  return field === undefined || field.shape === 'fixed' || (field.shape !== 'group' && entered.length > 1)
}

function isWhole<F extends Fields>(fields: F, values: Record<string, unknown>): values is ValuesOf<F> {
  return Object.keys(fields).every((name) => name in values)
}

/** Whether a form was sent to be looked at once more, by a button made with `again`. */
export function asksAgain(fields: Fields, { texts }: SentForm): boolean {
  return Object.entries(fields).some(([name, { shape }]) => shape === 'again' && texts.has(name))
}

/** Most bytes of the file that may be sent under each name. */
export function largestFilesOf(fields: Fields): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(fields).flatMap(([name, { largestFile }]) =>
      largestFile === undefined ? [] : [[name, largestFile]],
    ),
  )
}

/** What was sent, without what is never shown again: passwords, and texts that should not have been entered where they were. */
export function withoutSecrets(fields: Fields, sent: Entered): Entered {
  return new Map(
    [...sent].flatMap(([name, texts]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (field === undefined || field.isForgotten) return []
      return [[name, texts.map((text) => field.withoutSecret?.(text) ?? text)] as const]
    }),
  )
}

/** Values as a form would send them. */
export function enteredOf<F extends Fields>(fields: F, values: Partial<ValuesOf<F>>): Entered {
  return new Map(
    Object.entries(fields)
      .filter(([name]) => values[name] !== undefined)
      .map(([name, field]) => [name, field.write(values[name])]),
  )
}

/** What stands in some fields of a form, for a page that only shows it: the same words as where it is entered. */
export function fieldRows<F extends Fields>(
  fields: F,
  values: Partial<ValuesOf<F>>,
  names: readonly (keyof F & string)[],
): readonly (readonly [label: string, value: Child])[] {
  return names.flatMap((name) => {
    const field = fields[name]
    const value = values[name]
    return field === undefined || field.shape === 'fixed'
      ? []
      : [[field.label, value === undefined ? undefined : field.show(value)] as const]
  })
}

/** A form on its way to be shown: draws its fields, each with its label, help and what is wrong with it. */
export interface ShownForm<F extends Fields> {
  readonly target: FormTarget
  readonly problems: readonly Problem[]
  readonly sendsFiles: boolean
  /** Whether it has a button besides the one that does it. */
  readonly hasAgain: boolean
  /** Draws a field. Each field of the form is to be drawn once. */
  field(name: keyof F & string): Child
  /** What stands in a field just now; the first, where there are several. */
  entered(name: keyof F & string): string
  /** What is to be done, above everything else, each thing with a link to its field; nothing when there is nothing. */
  summary(): Child
}

/**
 * Makes a form of its fields, of what stands in them, and of what is wrong.
 * @param lostFiles names of the fields whose files were sent: no page can put a file back
 */
export function shownForm<F extends Fields>(
  fields: F,
  entered: Entered,
  problems: readonly Problem[],
  target: FormTarget,
  lostFiles: readonly string[] = [],
): ShownForm<F> {
  const problemOf = (name: string): string | undefined => {
    const own = problems.filter((problem) => problem.field === name)
    if (own.length === 0) return undefined
    return own.map(({ item, message }) => (item === undefined ? message : `Line ${item + 1}: ${message}`)).join(' ')
  }
  return {
    target,
    problems,
    sendsFiles: Object.values(fields).some(({ shape }) => shape === 'file'),
    hasAgain: Object.values(fields).some(({ shape }) => shape === 'again'),
    entered: (name) => entered.get(name)?.[0] ?? '',
    field(name) {
      const field = fields[name]
      if (field === undefined) throw new Error(`This form has no field ${name}.`)
      return (
        <FieldBlock
          name={name}
          field={field}
          entered={entered.get(name) ?? []}
          problem={problemOf(name)}
          isLost={lostFiles.includes(name)}
        />
      )
    },
    summary: () => (
      <>
        {problems.length > 0 && <ErrorSummary fields={fields} problems={inOrder(fields, problems)} />}
        {lostFiles.length > 0 && <LostFiles fields={fields} names={lostFiles} />}
      </>
    ),
  }
}

/** Problems in the order in which their fields stand on the page, whatever the order in which they were found. */
function inOrder(fields: Fields, problems: readonly Problem[]): readonly Problem[] {
  const names = Object.keys(fields)
  const placeOf = ({ field }: Problem) => (names.includes(field) ? names.indexOf(field) : names.length)
  return problems.toSorted((one, other) => placeOf(one) - placeOf(other))
}

interface FieldBlockProps {
  readonly name: string
  readonly field: Field<unknown>
  readonly entered: readonly string[]
  readonly problem: string | undefined
  readonly isLost: boolean
}

function FieldBlock({ name, field, entered, problem, isLost }: FieldBlockProps) {
  if (field.shape === 'fixed') return null
  const id = fieldId(name)
  const helpId = field.help === undefined ? undefined : `${id}-help`
  const problemId = problem === undefined ? undefined : `${id}-problem`
  const lostId = isLost ? `${id}-lost` : undefined
  const describedBy = [problemId, lostId, helpId].filter((one) => one !== undefined).join(' ') || undefined
  const control = field.draw({
    id,
    name,
    entered: field.isForgotten ? [] : entered,
    describedBy,
    isFaulty: problem !== undefined,
  })
  if (field.shape === 'hidden' || field.shape === 'again') return <>{control}</>
  const below = (
    <>
      {problem !== undefined && (
        <p class="slds-form-element__help" id={problemId}>
          {problem}
        </p>
      )}
      {isLost && (
        <p class="lost" id={lostId}>
          Choose this file again: nothing was kept of it.
        </p>
      )}
      {field.help !== undefined && (
        <p class="help" id={helpId}>
          {field.help}
        </p>
      )}
    </>
  )
  const look = `slds-form-element${problem === undefined ? '' : ' slds-has-error'}`
  if (field.shape === 'check') {
    return (
      <div class={look}>
        <div class="tick">
          {control}
          <label for={id}>{field.label}</label>
        </div>
        {below}
      </div>
    )
  }
  if (field.shape === 'group') {
    return (
      <fieldset class={look} aria-describedby={describedBy}>
        <legend class="slds-form-element__label slds-form-element__legend">
          <Required isRequired={field.isRequired} />
          {field.label}
        </legend>
        {/* A group can be long: what it is about stands before it. */}
        {below}
        <div class="slds-form-element__control">{control}</div>
      </fieldset>
    )
  }
  return (
    <div class={look}>
      <label class="slds-form-element__label" for={id}>
        <Required isRequired={field.isRequired} />
        {field.label}
      </label>
      <div class="slds-form-element__control">{control}</div>
      {below}
    </div>
  )
}

function Required({ isRequired }: { readonly isRequired: boolean }) {
  return isRequired ? (
    <abbr class="slds-required" title="required">
      *{' '}
    </abbr>
  ) : null
}

function ErrorSummary({ fields, problems }: { readonly fields: Fields; readonly problems: readonly Problem[] }) {
  return (
    <div class="slds-scoped-notification slds-theme_error" role="alert" id="problems" tabindex={-1}>
      <div>
        <h2 class="slds-text-heading_small">
          {problems.length === 1 ? 'One thing has to be mended' : `${problems.length} things have to be mended`}
        </h2>
        <ul class="slds-list_dotted">
          {problems.map(({ field, item, message }) => (
            <li>
              {Object.hasOwn(fields, field) ? (
                <>
                  <a href={`#${fieldId(field)}`}>{fields[field]?.label}</a>
                  {item !== undefined && `, line ${item + 1}`}
                  {': '}
                </>
              ) : null}
              {message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function LostFiles({ fields, names }: { readonly fields: Fields; readonly names: readonly string[] }) {
  return (
    <Notice look="warning" role="status">
      Nothing was kept of{' '}
      {names.map((name, place) => (
        <>
          {place > 0 && ' and '}
          <a href={`#${fieldId(name)}`}>{fields[name]?.label}</a>
        </>
      ))}
      : choose {names.length === 1 ? 'the file' : 'both files'} again before you send this.
    </Notice>
  )
}

function fieldId(name: string): string {
  return `f-${name.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`
}
