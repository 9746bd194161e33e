import { expect, it } from 'vitest'
import { browserName } from './browser-name.ts'

const like = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'

it.each([
  ['Chrome 131', `${like} Chrome/131.0.0.0 Safari/537.36`],
  ['Edge 131', `${like} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51`],
  ['Firefox 132', 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0'],
  ['Safari 18', 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15'],
  ['node', 'node'],
  ['Unknown', 'Unknown'],
  [`${'a'.repeat(31)}…`, 'a'.repeat(200)],
])('calls it %s', (name, userAgent) => {
  expect(browserName(userAgent)).toBe(name)
})
