import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { refusal } from '../../oauth/refusal.ts'
import type { Outcome, Problem } from '../../problem.ts'
import type { SetupRight } from '../../users/setup-rights.ts'
import { displayName } from '../../users/user.ts'
import { formToken, isFormToken } from '../csrf.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { NotFoundPage } from '../pages/error.tsx'
import { PostForm } from '../pages/post-form.tsx'
import type { Reply } from '../reply.ts'
import { Notice } from './blocks.tsx'
import { type Flash, flashCookie, takeFlash } from './flash.ts'
import {
  asksAgain,
  enteredOf,
  type Fields,
  largestFilesOf,
  readFields,
  type ShownForm,
  shownForm,
  tokenField,
  type ValuesOf,
  withoutSecrets,
} from './form.tsx'
import { readSentForm, type SentForm } from './form-body.ts'
import { SetupFrame, type SetupPageProps } from './frame.tsx'
import type { CameBack } from './kept-forms.ts'
import type { PlacePath } from './places.ts'
import type { SetupRoute, SetupVisit } from './setup-visit.ts'

/** Shows a page of Setup in the frame, with the message that the page before left. */
export function shown(visit: SetupVisit, props: SetupPageProps, status = 200): Reply {
  const { browser, user, org, request } = visit
  const { flash, cookies } = takeFlash(browser, request.header('cookie'))
  const page = (
    <SetupFrame
      {...props}
      userName={displayName(user)}
      orgName={org.name}
      can={visit.can}
      hasWalkthrough={visit.hasWalkthrough}
      signOut={{ action: '/secur/logout.jsp', csrfToken: formToken(browser.formSecret, 'sign-out', '/') }}
      flash={flash}
    />
  )
  return pageAnswer(page, {
    status,
    cookies: [...browser.newCookies, ...cookies],
    script: 'setup',
    images: props.images,
  })
}

/** The answer for what is not there, or not in this org: one and the same. */
export function notFound({ requestId }: Pick<SetupVisit, 'requestId'>): Reply {
  return pageAnswer(NotFoundPage({ requestId }), { status: 404 })
}

/** Where to go after something was done, and what the next page says of it. */
export interface Done {
  readonly to: string
  readonly say: string
}

/** Goes on to a page that says what was done, and what to mind. */
export function goOn(visit: SetupVisit, { to, say }: Done, warnings: readonly Problem[] = []): Reply {
  const text = [say, ...warnings.map(({ message }) => message)].join(' ')
  const flash: Flash = { kind: warnings.length > 0 ? 'warning' : 'success', text }
  return redirectTo(to, visit, [flashCookie(visit.browser, flash)])
}

/** A form that is not done yet, because there is something to be seen first; sent again, it will be. */
export interface SeeFirst {
  /** What to look at, and what to press then. */
  readonly seeFirst: Child
}

/** A page that only shows. */
export function page(
  path: string,
  right: SetupRight,
  answer: (visit: SetupVisit) => Promise<Reply>,
): readonly SetupRoute[] {
  return [{ method: 'GET', path, right, answer }]
}

/** What one form is about: its fields, what it shows, and what it does. */
export interface FormPage<Subject, F extends Fields> {
  readonly path: string
  /** To see the form and to send it alike. */
  readonly right: SetupRight
  /** What the form is about, out of the address; `undefined` when there is no such thing in this org. */
  readonly find: (visit: SetupVisit) => Promise<Subject | undefined>
  readonly fields: (subject: Subject, visit: SetupVisit) => F | Promise<F>
  /** What stands in the fields at first. */
  readonly start?: (
    subject: Subject,
    visit: SetupVisit,
  ) => NoInfer<Partial<ValuesOf<F>> | Promise<Partial<ValuesOf<F>>>>
  /** The page around the form; `inside` is to be put into {@link FormBody}. */
  readonly show: (
    form: ShownForm<F>,
    subject: Subject,
    visit: SetupVisit,
  ) =>
    | (Omit<SetupPageProps, 'children'> & { readonly inside: Child })
    | Promise<Omit<SetupPageProps, 'children'> & { readonly inside: Child }>
  /** The word on the button. */
  readonly submit: string
  readonly cancel: (subject: Subject, visit: SetupVisit) => string
  /** Does it. What is refused, or is to be seen first, comes back to the form with everything that was entered. */
  readonly act: (values: ValuesOf<F>, subject: Subject, visit: SetupVisit) => Promise<Outcome<Done> | SeeFirst | Reply>
  /** What the act's problems are called as fields here, where the names differ. */
  readonly problemNames?: Readonly<Record<string, keyof F & string>>
}

/** A form: `GET` shows it, `POST` does what it says and goes on, or shows it again with everything that is wrong. */
export function formPage<Subject, F extends Fields>(spec: FormPage<Subject, F>): readonly SetupRoute[] {
  const { path, right } = spec
  return [
    {
      method: 'GET',
      path,
      right,
      async answer(visit) {
        const subject = await spec.find(visit)
        if (subject === undefined) return notFound(visit)
        const fields = await spec.fields(subject, visit)
        const kept = await keptFormOf(visit)
        if (kept !== undefined) return draw(visit, subject, fields, kept)
        const start = spec.start === undefined ? {} : await spec.start(subject, visit)
        return draw(visit, subject, fields, { ...untouched, entered: enteredOf(fields, start) })
      },
    },
    {
      method: 'POST',
      path,
      right,
      async answer(visit) {
        const subject = await spec.find(visit)
        if (subject === undefined) return notFound(visit)
        const fields = await spec.fields(subject, visit)
        const sent = await readSentForm(visit.request, largestFilesOf(fields))
        checkToken(visit, sent)
        const reading = readFields(fields, sent)
        if (reading.outcome === 'stranger') throw stranger(visit, reading.name)
        const entered = withoutSecrets(fields, sent.texts)
        const files = [...sent.files.keys()]
        const back = (more: Partial<CameBack> = {}) =>
          comeBack(visit, { ...untouched, entered, files, ...more }, (form) => draw(visit, subject, fields, form))
        if (asksAgain(fields, sent)) {
          return back({ problems: [...sent.tooLarge].map(([field, message]) => ({ field, message })) })
        }
        if (reading.outcome === 'faulty') return back({ problems: reading.problems })
        const outcome = await spec.act(reading.values, subject, visit)
        if ('status' in outcome) return outcome
        if ('seeFirst' in outcome) return back({ seeFirst: String(await outcome.seeFirst) })
        if (outcome.ok) return goOn(visit, outcome.value, outcome.warnings)
        const problems = outcome.problems.map((problem) => ({
          ...problem,
          field: spec.problemNames?.[problem.field] ?? problem.field,
        }))
        return back({ problems })
      },
    },
  ]

  async function draw(
    visit: SetupVisit,
    subject: Subject,
    fields: F,
    { entered, files, problems, seeFirst }: CameBack,
  ): Promise<Reply> {
    const form = shownForm(fields, entered, problems, targetOf(visit), files)
    const { inside, ...props } = await spec.show(form, subject, visit)
    const title = problems.length > 0 ? `Error: ${props.title}` : undefined
    const children = (
      <FormBody form={form} seeFirst={seeFirst} submit={spec.submit} cancel={spec.cancel(subject, visit)}>
        {inside}
      </FormBody>
    )
    const status = problems.length > 0 ? 422 : 200
    return shown(visit, { ...props, ...(title !== undefined && { documentTitle: title }), children }, status)
  }
}

/** A form that nobody has sent yet. */
const untouched: CameBack = { entered: new Map(), files: [], problems: [], seeFirst: undefined }

/** By what name in the query string a page finds the form that it is to show. */
const keptFormParameter = 'form'

async function keptFormOf({ keptForms, session, request, query }: SetupVisit): Promise<CameBack | undefined> {
  const id = query.get(keptFormParameter)
  return id === null ? undefined : keptForms.find(session, request.path, id)
}

/**
 * Shows a form again that was not done. The page is asked for by itself, so that going back to it later, or loading it anew,
 * sends nothing a second time.
 */
async function comeBack(visit: SetupVisit, form: CameBack, draw: (form: CameBack) => Promise<Reply>): Promise<Reply> {
  const { path } = visit.request
  const id = await visit.keptForms.keep(visit.session, path, form)
  if (id === undefined) return draw(form)
  return redirectTo(`${path}?${new URLSearchParams({ [keptFormParameter]: id })}`, visit)
}

interface FormBodyProps {
  readonly form: ShownForm<Fields>
  readonly seeFirst: string | undefined
  readonly submit: string
  readonly cancel: string
  readonly children: Child
}

function FormBody({ form, seeFirst, submit, cancel, children }: FormBodyProps) {
  return (
    <PostForm {...form.target} class="form" sendsFiles={form.sendsFiles}>
      {/* Browsers press the first button when somebody presses Enter in a field. */}
      {form.hasAgain && <button type="submit" hidden tabindex={-1} />}
      {form.summary()}
      {seeFirst !== undefined && (
        <div id="see-first" tabindex={-1}>
          <Notice look="warning" role="status">
            {raw(seeFirst)}
          </Notice>
        </div>
      )}
      {children}
      <div class="form-end actions">
        <button class="slds-button slds-button_brand" type="submit">
          {submit}
        </button>
        <a class="slds-button slds-button_neutral" href={cancel}>
          Cancel
        </a>
      </div>
    </PostForm>
  )
}

/** Something to be confirmed before it is done. */
export interface ConfirmPage<Subject> {
  readonly path: string
  readonly right: SetupRight
  readonly find: (visit: SetupVisit) => Promise<Subject | undefined>
  readonly show: (subject: Subject, visit: SetupVisit) => Asked | Promise<Asked>
  readonly act: (subject: Subject, visit: SetupVisit) => Promise<Outcome<Done>>
}

/** What is asked before something is done. */
export interface Asked {
  readonly title: string
  readonly place: PlacePath
  readonly crumbs?: SetupPageProps['crumbs']
  /** What will happen, all of it. */
  readonly consequences: Child
  /** The word on the button. */
  readonly button: string
  readonly isDestructive: boolean
  readonly cancel: string
}

/** Asks before something is done: `GET` says what will happen, `POST` does it and goes on. */
export function confirmPage<Subject>({ path, right, find, show, act }: ConfirmPage<Subject>): readonly SetupRoute[] {
  return [
    {
      method: 'GET',
      path,
      right,
      async answer(visit) {
        const subject = await find(visit)
        if (subject === undefined) return notFound(visit)
        return draw(visit, await show(subject, visit), (await keptFormOf(visit))?.problems ?? [])
      },
    },
    {
      method: 'POST',
      path,
      right,
      async answer(visit) {
        const sent = await readSentForm(visit.request)
        checkToken(visit, sent)
        const other = [...sent.texts.keys(), ...sent.files.keys()].find((name) => name !== tokenField)
        if (other !== undefined) throw stranger(visit, other.slice(0, 64))
        const subject = await find(visit)
        if (subject === undefined) return notFound(visit)
        const outcome = await act(subject, visit)
        if (outcome.ok) return goOn(visit, outcome.value, outcome.warnings)
        const { problems } = outcome
        return comeBack(visit, { ...untouched, problems }, async () =>
          draw(visit, await show(subject, visit), problems),
        )
      },
    },
  ]

  function draw(visit: SetupVisit, asked: Asked, problems: readonly Problem[]): Reply {
    const { title, place, crumbs = [], consequences, button, isDestructive, cancel } = asked
    const children = (
      <div class="slds-card">
        <div class="slds-card__body slds-card__body_inner">
          {problems.length > 0 && (
            <Notice look="error" role="alert">
              {problems.map(({ message }) => message).join(' ')}
            </Notice>
          )}
          <div class="slds-text-longform">{consequences}</div>
          <PostForm {...targetOf(visit)} class="actions">
            <button class={`slds-button slds-button_${isDestructive ? 'destructive' : 'brand'}`} type="submit">
              {button}
            </button>
            <a class="slds-button slds-button_neutral" href={cancel}>
              Cancel
            </a>
          </PostForm>
        </div>
      </div>
    )
    return shown(visit, { title, place, crumbs, children }, problems.length > 0 ? 422 : 200)
  }
}

/** Where a form of the page at this address goes, with its token. */
export function targetOf({ request, browser }: SetupVisit) {
  return { action: request.path, csrfToken: formToken(browser.formSecret, 'setup', request.path) }
}

function checkToken({ browser, request }: SetupVisit, { texts }: SentForm): void {
  const token = texts.get(tokenField)?.[0]
  if (isFormToken(token, browser.formSecret, 'setup', request.path)) return
  throw refusal({ reason: 'form-forged', facts: { form: request.path } })
}

function stranger({ request }: SetupVisit, field: string) {
  return refusal({ reason: 'form-field-unknown', facts: { form: request.path, field } })
}
