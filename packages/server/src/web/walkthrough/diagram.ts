import { type FlowName, flows, type StepName } from './flow-steps.ts'

/** Who takes part in a flow. */
export type Participant = 'browser' | 'app' | 'server' | 'api'

/** How far a step has come. */
export type StepState = 'planned' | 'done' | 'refused'

/** What has become of a step, for the diagram. */
export interface StepMark {
  readonly state: StepState
  /** What was answered, in a few words: `400 invalid_grant`. */
  readonly answer?: string | undefined
}

/** A piece of a drawing, for whoever makes elements of it: this server, a browser. */
export interface Shape {
  readonly tag: 'svg' | 'title' | 'desc' | 'g' | 'line' | 'rect' | 'path' | 'text'
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Shape | string)[]
}

interface Message {
  readonly step: StepName
  readonly from: Participant
  readonly to: Participant
  readonly text: string
  /** It is what comes of the step, and says what was answered. */
  readonly isAnswer?: boolean
}

const labels: Readonly<Record<Participant, string>> = {
  browser: 'Browser',
  app: 'App',
  server: 'Authorization server',
  api: 'API of the org',
}

const messages: Readonly<Record<FlowName, readonly Message[]>> = {
  'web-server': [
    { step: 'authorize', from: 'app', to: 'browser', text: 'Go and ask' },
    { step: 'authorize', from: 'browser', to: 'server', text: 'GET /services/oauth2/authorize' },
    { step: 'authorize', from: 'server', to: 'browser', text: 'Sign in, Allow Access?', isAnswer: true },
    { step: 'authorize', from: 'browser', to: 'app', text: 'Callback URL, with a code' },
    { step: 'token', from: 'app', to: 'server', text: 'POST /services/oauth2/token' },
    { step: 'token', from: 'server', to: 'app', text: 'Access and refresh token', isAnswer: true },
    { step: 'userinfo', from: 'app', to: 'server', text: 'GET /services/oauth2/userinfo' },
    { step: 'userinfo', from: 'server', to: 'app', text: 'Who it is', isAnswer: true },
    { step: 'api', from: 'app', to: 'api', text: 'GET /services/data/…' },
    { step: 'api', from: 'api', to: 'app', text: 'Records', isAnswer: true },
    { step: 'refresh', from: 'app', to: 'server', text: 'POST /services/oauth2/token' },
    { step: 'refresh', from: 'server', to: 'app', text: 'A new access token', isAnswer: true },
  ],
  'jwt-bearer': [
    { step: 'assertion', from: 'app', to: 'app', text: 'Signs a JWT', isAnswer: true },
    { step: 'token', from: 'app', to: 'server', text: 'POST /services/oauth2/token' },
    { step: 'token', from: 'server', to: 'app', text: 'Access token', isAnswer: true },
    { step: 'userinfo', from: 'app', to: 'server', text: 'GET /services/oauth2/userinfo' },
    { step: 'userinfo', from: 'server', to: 'app', text: 'Who it is', isAnswer: true },
    { step: 'api', from: 'app', to: 'api', text: 'GET /services/data/…' },
    { step: 'api', from: 'api', to: 'app', text: 'Records', isAnswer: true },
  ],
}

const columnWidth = 212
const headHeight = 44
const rowHeight = 38
const reach = 5

/**
 * A flow as a sequence diagram. What has happened is drawn in full, with what was answered; what is still to come is faint.
 * @param marks what has become of each step; without any, the flow as it is meant
 */
export function sequenceDiagram(flow: FlowName, marks: ReadonlyMap<StepName, StepMark>): Shape {
  const rows = messages[flow]
  const participants: readonly Participant[] =
    flow === 'web-server' ? ['browser', 'app', 'server', 'api'] : ['app', 'server', 'api']
  const width = participants.length * columnWidth
  const height = headHeight + rows.length * rowHeight + 12
  const middle = (who: Participant) => participants.indexOf(who) * columnWidth + columnWidth / 2
  const told = rows.map(({ from, to, text }) => `${labels[from]} to ${labels[to]}: ${text}`).join('. ')
  return shape('svg', { viewBox: `0 0 ${width} ${height}`, class: 'sequence', role: 'img' }, [
    shape('title', {}, [`${flows[flow].title}, who asks whom`]),
    shape('desc', {}, [`${told}.`]),
    ...participants.flatMap((who) => head(labels[who], middle(who), height)),
    ...rows.map((message, row) => arrow(message, marks.get(message.step), headHeight + row * rowHeight, middle)),
  ])
}

function head(label: string, x: number, height: number): readonly Shape[] {
  const half = columnWidth / 2 - 8
  return [
    shape('line', { class: 'life', x1: `${x}`, y1: '30', x2: `${x}`, y2: `${height - 4}` }, []),
    shape('rect', { class: 'who', x: `${x - half}`, y: '4', width: `${half * 2}`, height: '28', rx: '4' }, []),
    shape('text', { class: 'name', x: `${x}`, y: '23', 'text-anchor': 'middle' }, [label]),
  ]
}

function arrow(
  { from, to, text, isAnswer = false }: Message,
  mark: StepMark | undefined,
  top: number,
  middle: (who: Participant) => number,
): Shape {
  const state = mark?.state ?? 'planned'
  const y = top + 30
  const start = middle(from)
  const isOwn = from === to
  const end = isOwn ? start + 40 : middle(to)
  const direction = end > start ? 1 : -1
  const tip = end - direction * 2
  const label = isAnswer ? answerLabel(text, mark) : text
  return shape('g', { class: `message ${state}${isAnswer ? ' answer' : ''}` }, [
    shape('line', { x1: `${start}`, y1: `${y}`, x2: `${tip}`, y2: `${y}` }, []),
    shape('path', { d: `M${tip} ${y}l${-direction * reach * 1.6} ${-reach}v${reach * 2}z` }, []),
    shape(
      'text',
      { x: `${isOwn ? start + 8 : (start + end) / 2}`, y: `${y - 7}`, 'text-anchor': isOwn ? 'start' : 'middle' },
      [label],
    ),
  ])
}

function answerLabel(text: string, mark: StepMark | undefined): string {
  if (mark?.state === 'refused') return `✗ ${mark.answer ?? text}`
  return mark?.answer === undefined ? text : `${mark.answer} · ${text}`
}

function shape(tag: Shape['tag'], attributes: Shape['attributes'], children: Shape['children']): Shape {
  return { tag, attributes, children }
}
