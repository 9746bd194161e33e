import { withoutValues } from '../flow.ts'
import { type StepName, stepWords } from '../flow-steps.ts'
import { parametersOf } from '../http-text.ts'
import type { Result } from './asking.ts'
import { button, h } from './dom.ts'
import { explainClaim, explainField, explainParameter } from './explanations.ts'
import { decodeJwt } from './jwt.ts'
import { membersOf } from './offer.ts'
import { card, field, type Shown } from './view.ts'
import {
  breakIt,
  breaksOf,
  claimsIn,
  doStep,
  mend,
  plainHeader,
  readingOf,
  shownText,
  valuesOf,
  type Walk,
} from './walk.ts'

/** A step: what it is, its request to read, change and break, and beside it what the server checked and answered. */
export function stepCard(walk: Walk, step: StepName, number: number, shown: Shown): HTMLElement {
  const words = stepWords(walk.choices.flow, step)
  const result = walk.results.get(step)
  const editor = step === 'assertion' ? jwtEditor(walk, shown) : requestEditor(walk, step, shown)
  const below = result === undefined ? [] : answerParts(step, result)
  const box = card(
    `${number}. ${words.title}`,
    h('p', {}, words.about),
    h(
      'div',
      { class: 'sides' },
      h('div', { class: 'side' }, ...editor, ...breakParts(walk, step, shown)),
      h(
        'div',
        { class: 'side', id: `result-${step}` },
        ...(result === undefined ? nothingYet(step) : resultParts(walk, step, result, shown)),
      ),
    ),
    below.length === 0 ? undefined : h('div', { class: 'sides' }, ...below),
  )
  box.id = `step-${step}`
  box.tabIndex = -1
  return box
}

function requestEditor(walk: Walk, step: StepName, shown: Shown): readonly HTMLElement[] {
  const text = shownText(walk, step)
  const area = h('textarea', {
    id: `request-${step}`,
    class: 'slds-textarea',
    rows: '4',
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-describedby': `parameters-${step}`,
  })
  area.value = text
  const parameters = h('div', { id: `parameters-${step}` }, parameterList(walk, step))
  const undo = undoButton(step, () => walk.edits.delete(step), shown)
  undo.hidden = !walk.edits.has(step) || walk.broken !== undefined
  area.addEventListener('input', () => {
    walk.edits.set(step, withoutValues(area.value, valuesOf(walk)))
    parameters.replaceChildren(parameterList(walk, step))
    undo.hidden = false
  })
  return [
    field('Request', area),
    parameters,
    h('div', { class: 'actions' }, sendButton('Send', walk, step, shown), undo),
  ]
}

function sendButton(label: string, walk: Walk, step: StepName, shown: Shown): HTMLButtonElement {
  const press = () => void shown.busy(() => doAndSay(walk, step, shown)).then(() => reveal(step))
  return button(label, press, { id: `send-${step}`, look: 'brand' })
}

function undoButton(step: StepName, undo: () => void, shown: Shown): HTMLButtonElement {
  const press = () => {
    undo()
    shown.draw()
  }
  return button('Undo my changes', press, { id: `undo-${step}` })
}

/** On a small screen what came of a step is further down. */
function reveal(step: StepName): void {
  document.getElementById(`outcome-${step}`)?.scrollIntoView({ block: 'nearest' })
}

async function doAndSay(walk: Walk, step: StepName, shown: Shown): Promise<void> {
  const { summary } = await doStep(walk, step)
  shown.say(`${stepWords(walk.choices.flow, step).title}: ${summary}`)
}

function parameterList(walk: Walk, step: StepName): HTMLElement {
  const reading = readingOf(walk, step)
  if (!reading.ok) return h('p', { class: 'help', role: 'alert' }, reading.problem)
  const names = [...new Set(parametersOf(reading.request).map(([name]) => name))].slice(0, 40)
  return explained(
    `parameter-${step}`,
    names.map((name) => [name.slice(0, 60), explainParameter(name)] as const),
  )
}

/** Names whose explanations come up under the pointer and with the keyboard's focus. */
function explained(prefix: string, pairs: readonly (readonly [name: string, explanation: string])[]): HTMLElement {
  if (pairs.length === 0) return h('p', { class: 'help' }, 'It has no parameters.')
  return h(
    'dl',
    { class: 'explained-names' },
    ...pairs.map(([name, explanation], index) =>
      h(
        'div',
        {},
        h('dt', {}, h('button', { type: 'button', 'aria-describedby': `${prefix}-${index}` }, name)),
        h('dd', { id: `${prefix}-${index}` }, explanation),
      ),
    ),
  )
}

function jwtEditor(walk: Walk, shown: Shown): readonly HTMLElement[] {
  const forget = () => {
    walk.claims = undefined
    walk.header = undefined
  }
  const undo = undoButton('assertion', forget, shown)
  undo.hidden = walk.broken !== undefined || (walk.claims === undefined && walk.header === undefined)
  const header = area('jwt-header', walk.header ?? plainHeader, 3, (text) => {
    walk.header = text
    undo.hidden = false
  })
  const claims = area('jwt-claims', claimsIn(walk), 7, (text) => {
    walk.claims = text
    undo.hidden = false
  })
  const key = area('jwt-key', walk.privateKey, 4, (text) => {
    walk.privateKey = text
  })
  const names = claimNames(walk).map((name) => [name.slice(0, 60), explainClaim(name)] as const)
  return [
    field('Header', header),
    field('Claims', claims),
    explained('claim', names),
    field('Private key (PEM). It stays in this page.', key),
    h('div', { class: 'actions' }, sendButton('Sign', walk, 'assertion', shown), undo),
  ]
}

function area(id: string, value: string, rows: number, take: (text: string) => void): HTMLTextAreaElement {
  const control = h('textarea', {
    id,
    class: 'slds-textarea',
    rows: String(rows),
    spellcheck: 'false',
    autocomplete: 'off',
  })
  control.value = value
  control.addEventListener('input', () => take(control.value))
  return control
}

function claimNames(walk: Walk): readonly string[] {
  try {
    return [
      ...Object.keys(membersOf(JSON.parse(claimsIn(walk)))),
      ...Object.keys(membersOf(JSON.parse(walk.header ?? plainHeader))),
    ].slice(0, 40)
  } catch {
    return []
  }
}

function nothingYet(step: StepName): readonly HTMLElement[] {
  return [
    h(
      'p',
      { class: 'help' },
      step === 'assertion'
        ? 'The JWT comes here once it is signed.'
        : 'The answer comes here, and what the server checked.',
    ),
  ]
}

function resultParts(walk: Walk, step: StepName, result: Result, shown: Shown): readonly HTMLElement[] {
  const { outcome, summary, notes, checks } = result
  const look = outcome === 'done' ? 'success' : outcome === 'waits' ? 'info' : 'error'
  const parts: HTMLElement[] = [
    h(
      'div',
      { class: `slds-scoped-notification slds-theme_${look}`, id: `outcome-${step}` },
      h(
        'div',
        {},
        h('strong', {}, `${outcome === 'done' ? '✓' : outcome === 'waits' ? '…' : '✗'} ${summary}`),
        ...notes.map((note) => h('p', {}, note)),
      ),
    ),
  ]
  const { broken } = walk
  if (outcome === 'waits') parts.push(h('div', { class: 'actions' }, goThere(walk, step, shown)))
  if (broken?.step === step) {
    parts.push(
      h(
        'div',
        { class: 'actions' },
        button('Mend it', () => void shown.busy(() => mend(walk)).then(() => reveal(step)), {
          id: 'mend',
          look: 'brand',
        }),
        h('span', { class: 'help' }, `Broken on purpose: ${broken.title}.`),
      ),
    )
  }
  if (step === 'assertion' && outcome === 'done') parts.push(...decoded(walk))
  if (checks !== '') parts.push(checklist(step, checks))
  return parts
}

/** The raw answer, and what is in it. */
function answerParts(step: StepName, { answer, members }: Result): readonly HTMLElement[] {
  if (answer === '') return []
  const raw = h('pre', { tabindex: '0', class: 'wire-text', 'aria-label': 'Answer' }, answer)
  const names = step === 'token' || step === 'refresh' ? Object.keys(members).slice(0, 40) : []
  return [titled('Answer', raw), ...(names.length === 0 ? [] : [titled('Field by field', fieldList(names))])]
}

/** The markup is the server's own, made by the same components as its pages. */
function checklist(step: StepName, markup: string): HTMLElement {
  const place = h('div', { id: `checks-${step}` })
  place.insertAdjacentHTML('afterbegin', markup)
  return titled('What the server checked', place)
}

function goThere(walk: Walk, step: StepName, shown: Shown): HTMLElement {
  return button(
    'Go there, and come back',
    () => {
      const reading = readingOf(walk, step)
      if (reading.ok) shown.leaveFor(reading.request.url)
    },
    { id: 'go-there', look: 'brand' },
  )
}

function fieldList(names: readonly string[]): HTMLElement {
  return h(
    'dl',
    { class: 'details' },
    ...names.map((name) => h('div', {}, h('dt', {}, h('code', {}, name)), h('dd', {}, explainField(name)))),
  )
}

function decoded({ found }: Walk): readonly HTMLElement[] {
  const parts = decodeJwt(found.assertion)
  if (parts === undefined) return []
  const readable = h(
    'pre',
    { class: 'wire-text', tabindex: '0', 'aria-label': 'What it says' },
    `${parts.header}\n.\n${parts.claims}\n.\n${parts.signature}`,
  )
  const own = h('textarea', { id: 'decode', class: 'slds-textarea', rows: '3', spellcheck: 'false' })
  own.value = found.assertion
  own.addEventListener('input', () => {
    const other = decodeJwt(own.value)
    readable.textContent =
      other === undefined
        ? 'This is no JWT: it has not three parts of base64url with points between them.'
        : `${other.header}\n.\n${other.claims}\n.\n${other.signature}`
  })
  return [field('JWT (paste another one to read it)', own), titled('Decoded', readable)]
}

function titled(title: string, content: HTMLElement): HTMLElement {
  return h('div', {}, h('h3', { class: 'slds-text-title' }, title), content)
}

function breakParts(walk: Walk, step: StepName, shown: Shown): readonly HTMLElement[] {
  const here = breaksOf(walk).filter((each) => each.step === step)
  if (here.length === 0) return []
  const impossible = (name: string) => name === 'user-without-approval' && walk.outsider === ''
  return [
    h(
      'div',
      { class: 'breaks' },
      h('h3', { class: 'slds-text-title' }, 'Break it on purpose'),
      h(
        'ul',
        {},
        ...here.map((each) =>
          h(
            'li',
            {},
            button(each.title, () => void shown.busy(() => breakAndSay(walk, each, shown)).then(() => reveal(step)), {
              id: `break-${each.name}`,
              disabled: impossible(each.name),
              'aria-describedby': `about-${each.name}`,
              'aria-pressed': String(walk.broken?.name === each.name),
            }),
            h(
              'span',
              { class: 'help', id: `about-${each.name}` },
              impossible(each.name)
                ? 'Nobody is known here who may not use the app: choose another user instead.'
                : each.about,
            ),
          ),
        ),
      ),
    ),
  ]
}

async function breakAndSay(walk: Walk, broken: Parameters<typeof breakIt>[1], shown: Shown): Promise<void> {
  await breakIt(walk, broken)
  shown.say(`${broken.title}: ${walk.results.get(broken.step)?.summary ?? ''}`)
}
