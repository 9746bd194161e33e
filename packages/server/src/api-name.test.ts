import { expect, it } from 'vitest'
import { apiNameOf, isApiName } from './api-name.ts'

it.each([
  ['Order Sync', 'Order_Sync'],
  ['  Orders & Co. (EU)  ', 'Orders_Co_EU'],
  ['3PL Gateway', 'X3PL_Gateway'],
  ['Café à la carte', 'Cafe_a_la_carte'],
  [`${'x'.repeat(79)} y`, 'x'.repeat(79)],
])('makes an API name of the label %s', (label, name) => {
  expect(apiNameOf(label)).toBe(name)
  expect(isApiName(name)).toBe(true)
})

it('makes none of a label that has no letters for it', () => {
  expect(apiNameOf('注文')).toBe('')
})
