import { expect, it } from 'vitest'
import { inspectAnswer, jwtBearer } from './scenarios.ts'

const answer = { status: 200, head: '', body: '{"access_token":"a","token_type":"Bearer"}' }

it('has nothing against an answer with all it needs', () => {
  expect(inspectAnswer(jwtBearer, answer)).toBeUndefined()
})

it.each([
  [{ ...answer, status: 400, body: '{"error":"invalid_grant"}' }, '400 {"error":"invalid_grant"}'],
  [{ ...answer, body: '{"access_token":"","token_type":"Bearer"}' }, 'an answer without access_token: '],
  [{ ...answer, body: '<html>' }, 'an answer without access_token: '],
])('complains about %j', (wrong, complaint) => {
  expect(inspectAnswer(jwtBearer, wrong)).toContain(complaint)
})

it('wants a session of what opens one', () => {
  const scenario = { members: [], status: 303 } as const
  const head = 'HTTP/1.1 303 See Other\r\nLocation: /'
  const opened = { status: 303, head: `${head}\r\nSet-Cookie: sid=SAAAAAAAAB; HttpOnly`, body: '' }
  expect(inspectAnswer(scenario, opened)).toBeUndefined()
  expect(inspectAnswer(scenario, { ...opened, head })).toContain('without a session')
  expect(inspectAnswer(scenario, { ...opened, status: 400 })).toContain('400')
})

it('wants a code of what is sent back to the app', () => {
  const scenario = { members: [], status: 302 } as const
  const sentTo = (location: string) => ({ status: 302, head: `HTTP/1.1 302 Found\r\nLocation: ${location}`, body: '' })
  expect(inspectAnswer(scenario, sentTo('https://app.example/cb?code=aPrx'))).toBeUndefined()
  expect(inspectAnswer(scenario, sentTo('https://app.example/cb?error=x'))).toContain('without a code')
  expect(inspectAnswer(scenario, answer)).toContain('200')
})
