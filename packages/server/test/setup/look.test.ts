import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../../../test/chromium.ts'
import { setupStylesheet } from '../../src/web/setup/built-assets.ts'
import { sights } from './sights.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// Each is a test of its own: what is wrong with one says nothing of the others.
const seen = await sights()
// The menu is the larger part of most pages, and the same wherever the same entry is marked: one of them shows it open.
const menu = /<details class="tree" open[^>]*>.*?<\/details>/s
const withOpenMenu = new Map(seen.toReversed().map((sight) => [menu.exec(sight.html)?.[0], sight]))
let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.newPage({ reducedMotion: 'reduce', viewport: { width: 320, height: 640 } })
  await page.setContent('<!doctype html><title>Empty</title>')
  await page.evaluate(`${axe}; undefined`)
})

afterAll(() => browser.close())

describe('the pages of Setup', () => {
  it.each(seen)('are well made in either scheme and on a small screen: $name', async (sight) => {
    const { name, html } = sight
    const isMenuNew = withOpenMenu.get(menu.exec(html)?.[0]) === sight
    await page.emulateMedia({ colorScheme: 'light' })
    // The look comes along with each page, and no script runs: axe is the only one here.
    await page.setContent(
      html
        .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${setupStylesheet}</style>`)
        .replace(/<script[\s\S]*?<\/script>/, '')
        .replace(/(?<=<details class="tree") open[^>]*/, (open) => (isMenuNew ? open : '')),
    )
    const faults = [...(await found(name, 'document', {}))]
    const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    if (Number(over) > 0) faults.push(`${name}: ${over} pixels wider than the screen`)
    const covered = await page.$$eval('.slds-card__header-title', (headings) =>
      headings
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ textContent }) => textContent),
    )
    faults.push(...covered.map((heading) => `${name}: no room for the heading “${heading}”`))
    await page.emulateMedia({ colorScheme: 'dark' })
    // The frame around it is the same on every page.
    const part = name === seen[0]?.name ? 'document' : "document.querySelector('main')"
    faults.push(...(await found(`${name} in the dark`, part, { runOnly: ['color-contrast'] })))
    expect(faults).toEqual([])
  })

  it('have each a heading of their own, and ids that are there once', () => {
    const faults = seen.flatMap(({ name, html }) => {
      const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id ?? '')
      const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
      const headings = html.match(/<h1[ >]/g)?.length ?? 0
      return [...twice.map((id) => `${name}: id ${id} twice`), ...(headings === 1 ? [] : [`${name}: ${headings} h1`])]
    })
    expect(faults).toEqual([])
  })
})

/** What axe has to say about the page as it is, a line for each element. */
async function found(name: string, part: string, options: { runOnly?: string[] }): Promise<readonly string[]> {
  const settings = JSON.stringify({ resultTypes: ['violations'], ...options })
  const violations: unknown = await page.evaluate(
    `axe.run(${part}, ${settings}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html)))`,
  )
  return Array.isArray(violations) ? violations.map((one) => `${name}: ${one}`) : [`${name}: axe did not run`]
}
