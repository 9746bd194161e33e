import { expect, it } from 'vitest'
import { fileSize } from './file-size.ts'

it('tells sizes in words', () => {
  expect([fileSize(12), fileSize(1536), fileSize(10 * 1024 * 1024)]).toEqual(['12 bytes', '1.5 KB', '10 MB'])
})
