import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkNames, checkTitles } from '../src/journal/checks.ts'
import { explain } from '../src/oauth/explanation.ts'
import { sampleRefusals } from './refusal-samples.ts'

const source = fileURLToPath(new URL('../src', import.meta.url))
const passed = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
  .flatMap((file) => [...readFileSync(join(source, file), 'utf8').matchAll(/\bpass\((?:visit\.)?checks, '([a-z-]+)'/g)])
  .map(([, name]) => name ?? '')

describe('the names of checks', () => {
  it('are each the name of one that is passed somewhere, or that refuses for some reason', () => {
    const refusing = sampleRefusals.map((refusal) => explain(refusal).check)
    expect(passed.length).toBeGreaterThan(20)
    expect([...new Set([...passed, ...refusing])].sort()).toEqual([...checkNames].sort())
  })

  it('have titles of their own', () => {
    expect(new Set(Object.values(checkTitles)).size).toBe(checkNames.length)
  })
})
