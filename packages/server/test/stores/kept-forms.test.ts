import { expect, it } from 'vitest'
import type { KeptForm } from '../../src/sessions/kept-form.ts'
import { later, noon } from './demo-org.ts'
import { contract } from './open-test-stores.ts'

const aForm = (id: string, details: Partial<KeptForm> = {}): KeptForm => ({
  id,
  sessionId: 1,
  content: `sealed ${id}`,
  expiresAt: later(900),
  ...details,
})

contract('forms that came back', (open) => {
  it('are there for the session that sent them, until their time is over', async () => {
    await using stores = await open()
    await stores.keptForms.add(aForm('one'))
    expect(await stores.keptForms.find({ id: 'one', sessionId: 1 }, noon)).toEqual(aForm('one'))
    expect(await stores.keptForms.find({ id: 'one', sessionId: 2 }, noon)).toBeUndefined()
    expect(await stores.keptForms.find({ id: 'two', sessionId: 1 }, noon)).toBeUndefined()
    expect(await stores.keptForms.find({ id: 'one', sessionId: 1 }, later(900))).toBeUndefined()
  })

  it('are no more than the newest few of a session', async () => {
    await using stores = await open()
    await stores.keptForms.add(aForm('other', { sessionId: 2 }))
    for (let number = 0; number < 12; number += 1) {
      await stores.keptForms.add(aForm(`form ${number}`, { expiresAt: later(900 + number) }))
    }
    const found = await Promise.all(
      Array.from({ length: 12 }, (_, number) => stores.keptForms.find({ id: `form ${number}`, sessionId: 1 }, noon)),
    )
    expect(found.map((form) => form !== undefined)).toEqual([false, false, ...Array(10).fill(true)])
    expect(await stores.keptForms.find({ id: 'other', sessionId: 2 }, noon)).toBeDefined()
  })

  it('are deleted in batches when their time is over', async () => {
    await using stores = await open()
    for (const id of ['a', 'b', 'c']) await stores.keptForms.add(aForm(id))
    await stores.keptForms.add(aForm('d', { expiresAt: later(1000) }))
    expect(await stores.keptForms.deleteExpired(later(950), 2)).toBe(2)
    expect(await stores.keptForms.deleteExpired(later(950), 2)).toBe(1)
    expect(await stores.keptForms.find({ id: 'd', sessionId: 1 }, noon)).toBeDefined()
  })
})
