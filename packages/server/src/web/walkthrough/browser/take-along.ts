import { formats } from '../exports/formats.ts'
import type { Taken } from '../exports/taken.ts'
import { flows, type StepName, stepWords } from '../flow-steps.ts'
import { button, download, h } from './dom.ts'
import { card, field, type Shown, select } from './view.ts'
import { templateIn, valuesOf, type Walk } from './walk.ts'

// What was chosen last, for as long as the page is open.
let chosenFormat = 'curl'
let chosenStep = 'all'
let hasSecrets = false

/** The last box: the flow or a step, as code and as a collection. */
export function takeAlong(walk: Walk, shown: Shown): HTMLElement {
  const { flow } = walk.choices
  const steps = flows[flow].steps.filter((step) => step !== 'assertion')
  const step = steps.find((one) => one === chosenStep) ?? 'all'
  const format = formats.find(({ name }) => name === chosenFormat) ?? formats[0]
  if (format === undefined) throw new Error('There is no format.')
  const text = format.write(taken(walk, step))
  const options = [
    ['all', 'The whole flow'] as const,
    ...steps.map((one) => [one, stepWords(flow, one).title] as const),
  ]
  const tick = h('input', {
    id: 'with-secrets',
    type: 'checkbox',
    checked: hasSecrets,
    change: () => {
      hasSecrets = tick.checked
      shown.draw()
    },
  })
  return card(
    'Take it along',
    h(
      'div',
      { class: 'choices' },
      field(
        'What',
        select('take-step', options, step, (value) => {
          chosenStep = value
          shown.draw()
        }),
      ),
      field(
        'As',
        select(
          'take-format',
          formats.map(({ name, title }) => [name, title] as const),
          format.name,
          (value) => {
            chosenFormat = value
            shown.draw()
          },
        ),
      ),
    ),
    h(
      'div',
      { class: 'tick' },
      tick,
      h('label', { for: 'with-secrets' }, 'Write the secrets into it, so that it runs as it is'),
      h(
        'p',
        { class: 'help' },
        'Without, it has their names: environment variables, or variables of the collection. Keys and tokens in files get around.',
      ),
    ),
    h('pre', { id: 'taken', class: 'wire-text', tabindex: '0', 'aria-label': format.title }, text),
    h(
      'div',
      { class: 'actions' },
      button('Copy', () => void navigator.clipboard?.writeText(text).then(() => shown.say('Copied.')), {
        id: 'take-copy',
      }),
      button('Download', () => download(format.file(flow), 'text/plain', text), { id: 'take-download' }),
    ),
  )
}

function taken(walk: Walk, step: StepName | 'all'): Taken {
  const { choices, offer, privateKey } = walk
  const template = (name: StepName) => templateIn(walk, name)
  return {
    choices,
    loginUrl: offer.loginUrl,
    audience: offer.loginUrl,
    step,
    templates: {
      authorize: template('authorize'),
      assertion: '',
      token: template('token'),
      userinfo: template('userinfo'),
      api: template('api'),
      refresh: template('refresh'),
    },
    values: valuesOf(walk),
    privateKey,
    hasSecrets,
  }
}
