import { describe, expect, it } from 'vitest'
import { type Shape, sequenceDiagram } from './diagram.ts'
import { flowNames, flows, stepWords } from './flow-steps.ts'

function texts(shape: Shape): readonly string[] {
  return shape.children.flatMap((child) => (typeof child === 'string' ? [child] : texts(child)))
}

function messages({ children }: Shape): readonly Shape[] {
  return children.filter((child): child is Shape => typeof child !== 'string' && child.tag === 'g')
}

describe('a sequence diagram', () => {
  it.each(flowNames)('of the %s has a message for every step, and words for those who cannot see it', (flow) => {
    const drawing = sequenceDiagram(flow, new Map())
    expect(messages(drawing).length).toBeGreaterThanOrEqual(flows[flow].steps.length)
    expect(messages(drawing).every(({ attributes }) => attributes['class']?.includes('planned'))).toBe(true)
    expect(texts(drawing).join(' ')).toContain('App to Authorization server: POST /services/oauth2/token.')
    for (const step of flows[flow].steps) expect(stepWords(flow, step).about).not.toBe('')
  })

  it('says what was answered, and where it was refused', () => {
    const marks = new Map([['token', { state: 'refused', answer: '400 invalid_grant' }]] as const)
    const refused = messages(sequenceDiagram('jwt-bearer', marks)).filter(({ attributes }) =>
      attributes['class']?.includes('refused'),
    )
    expect(refused.map(texts)).toEqual([['POST /services/oauth2/token'], ['✗ 400 invalid_grant']])
  })
})
