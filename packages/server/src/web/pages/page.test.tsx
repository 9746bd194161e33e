import { describe, expect, it } from 'vitest'
import { samples } from '../../../test/pages/samples.ts'
import { Page, renderPage } from './page.tsx'

it('opens with the doctype and the language', () => {
  const document = renderPage(<Page title="Signed out">x</Page>)
  expect(document).toMatch(
    /^<!doctype html><html lang="en"><head><meta charset="utf-8"\/><title>Signed out · Sallyport</,
  )
})

it('has a skip link, a main landmark and the footer line', () => {
  const document = renderPage(<Page title="Signed out">x</Page>)
  expect(document).toContain('<a class="skip" href="#main">')
  expect(document).toContain('<main id="main" tabindex="-1">x</main>')
  expect(document).toContain('<footer><p>Not affiliated with Salesforce</p></footer>')
})

it('loads nothing but our stylesheet', () => {
  const document = renderPage(<Page title="Signed out">x</Page>)
  expect(document.match(/<link [^>]*>/g)?.filter((link) => !link.includes('href="data:image/svg+xml,'))).toEqual([
    '<link rel="stylesheet" href="/assets/sallyport.css"/>',
  ])
})

it('refuses a page with a part that has to be awaited', () => {
  const late = Promise.resolve('late')
  expect(() => renderPage(<Page title="Signed out">{late}</Page>)).toThrow('A page may not contain a promise')
})

describe.each([...samples])('the page %s', (_, document) => {
  it('has no script, no inline style and no handler', () => {
    expect(document).not.toMatch(/<script|<style|\sstyle=|<[^>]*\son[a-z]+=|javascript:/i)
  })

  it('has one heading of the first level, and a title', () => {
    expect(document.match(/<h1>/g)).toHaveLength(1)
    expect(document).toMatch(/<title>[^<]+ · Sallyport<\/title>/)
  })

  it('has a label for every field that people fill in', () => {
    const fields = document.match(/<input (?![^>]*type="hidden")[^>]*>/g) ?? []
    for (const field of fields) expect(document).toContain(`<label for="${field.match(/ id="([^"]+)"/)?.[1]}">`)
  })

  it('posts every form to a local path and with a csrf_token', () => {
    const forms = document.match(/<form .*?<\/form>/gs) ?? []
    for (const form of forms)
      expect(form).toMatch(
        /^<form method="post" action="\/[^"]*"[^>]*><input type="hidden" name="csrf_token" value="csrf-\d"/,
      )
  })

  it('uses an id only once', () => {
    const ids = [...document.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids).toEqual([...new Set(ids)])
  })
})
