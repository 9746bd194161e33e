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
