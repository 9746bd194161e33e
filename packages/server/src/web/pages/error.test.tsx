import { expect, it } from 'vitest'
import { ErrorPage, FormExpiredPage, NotFoundPage, ServerErrorPage } from './error.tsx'
import { renderPage } from './page.tsx'

const refused = { error: 'invalid_client_id', errorDescription: 'client identifier invalid', requestId: 'req-1' }

it('says what the wire says, and under which id to find it', () => {
  const page = renderPage(<ErrorPage {...refused} />)
  expect(page).toContain('<dt>Error</dt><dd><code>invalid_client_id</code></dd>')
  expect(page).toContain('<dt>Description</dt><dd><code>client identifier invalid</code></dd>')
  expect(page).toContain('<dt>Request id</dt><dd><code>req-1</code></dd>')
  expect(page).not.toContain('What to do')
})

it('explains the check that refused, where explanations are shown', () => {
  const page = renderPage(
    <ErrorPage
      {...refused}
      explanation={{
        check: 'The consumer key is known',
        expected: 'the key of a connected app',
        found: '3MVG9<unknown>',
        whatToDo: 'Copy the consumer key again.',
        whereInSetup: 'Setup › App Manager',
      }}
    />,
  )
  expect(page).toContain('<dt>Check</dt><dd>The consumer key is known</dd>')
  expect(page).toContain('<dt>Expected</dt><dd><code>the key of a connected app</code></dd>')
  expect(page).toContain('<dt>Found</dt><dd><code class="found">3MVG9&lt;unknown&gt;</code></dd>')
  expect(page).toContain('<dt>What to do</dt><dd>Copy the consumer key again.</dd>')
  expect(page).toContain('<dt>In Salesforce</dt><dd>Setup › App Manager</dd>')
})

it('sets commands and parameters off from the words around them', () => {
  const explanation = {
    check: 'c',
    expected: 'e',
    found: 'f',
    whatToDo: 'Send `a=<b>`, or run `sallyport app show x`.',
  }
  expect(renderPage(<ErrorPage {...refused} explanation={explanation} />)).toContain(
    '<dd>Send <code>a=&lt;b&gt;</code>, or run <code>sallyport app show x</code>.</dd>',
  )
})

it('leaves out the place in Setup where there is none', () => {
  const explanation = { check: 'c', expected: 'e', found: 'f', whatToDo: 'w' }
  expect(renderPage(<ErrorPage {...refused} explanation={explanation} />)).not.toContain('In Salesforce')
})

it('escapes what it repeats', () => {
  const page = renderPage(<ErrorPage error="<b>" errorDescription="<script>alert(1)</script>" requestId="<i>" />)
  expect(page).not.toMatch(/<b>|<script|<i>/)
})

it('names the request on every page of a failure', () => {
  expect(renderPage(<NotFoundPage requestId="req-2" />)).toContain('<code>req-2</code>')
  expect(renderPage(<ServerErrorPage requestId="req-3" />)).toContain('<code>req-3</code>')
})

it('lets the person begin again after an expired form', () => {
  const page = renderPage(<FormExpiredPage requestId="req-4" startUrl="/services/oauth2/authorize?a=1&b=2" />)
  expect(page).toContain('<a class="go" href="/services/oauth2/authorize?a=1&amp;b=2">Begin again</a>')
})
