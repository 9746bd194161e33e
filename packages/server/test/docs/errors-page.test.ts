import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { explainedReasons } from '../../src/oauth/explanation.ts'
import { errorsPage } from './errors-page.ts'

const page = new URL('../../../../docs/errors.md', import.meta.url)

it('docs/errors.md says what the tables say', () => {
  const text = existsSync(page) ? readFileSync(page, 'utf8') : ''
  const isUpToDate = text === errorsPage()
  expect(isUpToDate, 'Run: npx node packages/server/test/docs/write-errors-page.ts').toBe(true)
})

it('has a section for every reason, and a line in the table of what callers are told', () => {
  const text = errorsPage()
  for (const reason of explainedReasons) {
    expect(text).toContain(`\n### ${reason}\n`)
    expect(text).toContain(`[${reason}](#${reason})`)
  }
  expect(text).not.toMatch(/undefined|\[object |NaN/)
})
