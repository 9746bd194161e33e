import { type StepMark, sequenceDiagram } from '../diagram.ts'
import { type FlowName, flowNames, flows, type StepName } from '../flow-steps.ts'
import { button, download, drawn, h, replaceContent } from './dom.ts'
import { pictureOf } from './picture.ts'
import { writeLink } from './share.ts'
import { stepCard } from './step-card.ts'
import { takeAlong } from './take-along.ts'
import { appsFor, beginAgain, chooseApp, forgetEdits, valuesOf, type Walk, writeKept } from './walk.ts'

/** What the parts of the page ask of the whole. */
export interface Shown {
  /** Does something that takes time, and shows what came of it. */
  busy(work: () => Promise<void>): Promise<void>
  /** Draws all anew. */
  draw(): void
  /** Goes to the sign-in page, or to the consent page, and comes back by the callback. */
  leaveFor(url: string): void
  /** Takes the reader to a step. */
  goTo(step: StepName): void
  /** Says something to those who cannot see what changed. */
  say(text: string): void
}

interface Surroundings {
  readonly keep: (text: string) => void
  /** To be said at first; empty when there is nothing. */
  readonly note: string
}

/** Shows a walk, and keeps it up to date. */
export function view(place: HTMLElement, walk: Walk, { keep, note }: Surroundings): Shown {
  const status = h('p', { role: 'status', class: 'slds-assistive-text' })
  const content = h('div', { class: 'walk' })
  const shown: Shown = {
    async busy(work) {
      if (walk.isBusy) return
      walk.isBusy = true
      place.setAttribute('aria-busy', 'true')
      try {
        await work()
      } finally {
        walk.isBusy = false
        place.removeAttribute('aria-busy')
        draw()
      }
    },
    draw,
    leaveFor(url) {
      keep(writeKept(walk))
      location.assign(url)
    },
    goTo(step) {
      document.getElementById(`step-${step}`)?.focus()
    },
    say(text) {
      status.textContent = text
    },
  }
  place.replaceChildren(status, content)
  draw()
  return shown

  function draw(): void {
    const { flow } = walk.choices
    replaceContent(
      content,
      note === '' ? undefined : h('div', { class: 'slds-scoped-notification slds-theme_warning' }, h('div', {}, note)),
      choicesCard(walk, shown),
      diagramCard(walk, shown),
      ...flows[flow].steps.map((step, index) => stepCard(walk, step, index + 1, shown)),
      takeAlong(walk, shown),
    )
  }
}

function choicesCard(walk: Walk, shown: Shown): HTMLElement {
  const { choices, offer } = walk
  const offered = appsFor(offer, choices.flow)
  const isOwn = offered.every(({ consumerKey }) => consumerKey !== choices.consumerKey)
  const options = [
    ...offered.map(({ label, consumerKey }) => [consumerKey, label] as const),
    ['', 'An app of my own'] as const,
  ]
  return card(
    'What to walk through',
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'Flow' },
      ...flowNames.map((name) =>
        button(flows[name].title, () => void shown.busy(() => changeFlow(walk, name)), {
          id: `flow-${name}`,
          look: name === choices.flow ? 'brand' : 'neutral',
          'aria-pressed': String(name === choices.flow),
        }),
      ),
    ),
    h('p', {}, flows[choices.flow].about),
    h(
      'div',
      { class: 'choices' },
      field(
        'App',
        select('app', options, isOwn ? '' : choices.consumerKey, (key) => {
          void shown.busy(async () => {
            forgetEdits(walk)
            chooseApp(walk, key)
            await beginAgain(walk)
          })
        }),
      ),
      ...userFields(walk, shown),
      ...(isOwn ? ownFields(walk, shown) : []),
    ),
    isOwn && choices.flow === 'web-server'
      ? h(
          'p',
          { class: 'help' },
          'Enter this among the Callback URLs of the app first: ',
          h('code', {}, offer.callbackUrl),
        )
      : undefined,
  )
}

async function changeFlow(walk: Walk, flow: FlowName): Promise<void> {
  forgetEdits(walk)
  walk.choices = { ...walk.choices, flow }
  chooseApp(walk, appsFor(walk.offer, flow)[0]?.consumerKey ?? '')
  await beginAgain(walk)
}

function userFields(walk: Walk, shown: Shown): readonly HTMLElement[] {
  const { choices, offer } = walk
  const options = offer.users.map(({ username, note }) => [username, `${username} · ${note}`] as const)
  const isKnown = options.some(([username]) => username === choices.username)
  const take = (username: string) => {
    walk.choices = { ...walk.choices, username }
  }
  const chooser = select(
    'user',
    [...options, ['', 'Somebody else'] as const],
    isKnown ? choices.username : '',
    (name) => {
      take(name)
      shown.draw()
    },
  )
  const label = choices.flow === 'jwt-bearer' ? 'User to act for' : 'User who signs in'
  if (options.length === 0) return [field(label, input('username', choices.username, take, shown))]
  if (isKnown) return [field(label, chooser)]
  return [field(label, chooser), field('Username', input('username', choices.username, take, shown))]
}

function ownFields(walk: Walk, shown: Shown): readonly HTMLElement[] {
  const { choices, offer } = walk
  const takeKey = (consumerKey: string) => {
    if (offer.apps.some((app) => app.consumerKey === consumerKey)) chooseApp(walk, consumerKey)
    else walk.choices = { ...walk.choices, consumerKey }
  }
  const takeSecret = (consumerSecret: string) => {
    walk.choices = { ...walk.choices, consumerSecret }
  }
  const key = field('Consumer Key', input('consumer-key', choices.consumerKey, takeKey, shown))
  if (choices.flow === 'jwt-bearer') return [key]
  return [key, field('Consumer Secret', input('consumer-secret', choices.consumerSecret, takeSecret, shown))]
}

function diagramCard(walk: Walk, shown: Shown): HTMLElement {
  const { choices, results } = walk
  const marks = new Map<StepName, StepMark>()
  for (const [step, { outcome, summary }] of results) {
    // A status says something; that all went well in words the arrow says already.
    const answer = outcome === 'refused' || /^\d+$/.test(summary) ? summary : undefined
    if (outcome === 'done' || outcome === 'refused') marks.set(step, { state: outcome, answer })
  }
  const drawing = drawn(sequenceDiagram(choices.flow, marks))
  return card(
    'As it happens',
    h('div', { class: 'sheet', tabindex: '0', role: 'region', 'aria-label': 'Sequence diagram' }, drawing),
    h(
      'div',
      { class: 'actions' },
      button('Download the picture', () => download(`${choices.flow}.svg`, 'image/svg+xml', pictureOf(drawing)), {
        id: 'picture',
      }),
      button('Copy a link to this', () => void copyLink(walk, shown), { id: 'share' }),
      button('Begin again', () => void shown.busy(() => startOver(walk)), { id: 'begin-again' }),
    ),
    h('p', { class: 'help' }, 'The link has your choices and changes in it, and none of the secrets.'),
  )
}

async function startOver(walk: Walk): Promise<void> {
  forgetEdits(walk)
  await beginAgain(walk)
}

async function copyLink(walk: Walk, shown: Shown): Promise<void> {
  const { choices, edits, header, claims, broken } = walk
  const { flow, consumerKey, username } = choices
  const shared = {
    flow,
    consumerKey,
    username,
    step: broken?.step,
    broken: broken?.name,
    edits: Object.fromEntries(edits),
    header,
    claims,
  }
  const fragment = writeLink(shared, valuesOf(walk))
  history.replaceState(undefined, '', `/walkthrough#${fragment}`)
  await navigator.clipboard?.writeText(location.href).catch(() => undefined)
  shown.say('The link is in the address bar and copied.')
}

/** A box with a heading. */
export function card(title: string, ...children: readonly (Node | undefined)[]): HTMLElement {
  return h(
    'section',
    { class: 'slds-card' },
    h('div', { class: 'slds-card__header slds-grid' }, h('h2', { class: 'slds-card__header-title' }, title)),
    h('div', { class: 'slds-card__body slds-card__body_inner' }, ...children),
  )
}

/** A control with its label. */
export function field(label: string, control: HTMLElement): HTMLElement {
  return h(
    'div',
    { class: 'slds-form-element' },
    h('label', { class: 'slds-form-element__label', for: control.id }, label),
    h('div', { class: 'slds-form-element__control' }, control),
  )
}

/** A choice out of several. */
export function select(
  id: string,
  options: readonly (readonly [value: string, label: string])[],
  chosen: string,
  change: (value: string) => void,
): HTMLSelectElement {
  const control = h(
    'select',
    { id, class: 'slds-select', change: () => change(control.value) },
    ...options.map(([value, label]) => h('option', { value, selected: value === chosen }, label)),
  )
  return control
}

/** A field to type in. What is typed counts at once; the rest of the page follows when one has gone on to the next field. */
function input(id: string, value: string, take: (value: string) => void, shown: Shown): HTMLInputElement {
  const control = h('input', {
    id,
    class: 'slds-input',
    value,
    autocomplete: 'off',
    spellcheck: 'false',
    input: () => take(control.value.trim()),
    change: () => setTimeout(shown.draw),
  })
  return control
}
