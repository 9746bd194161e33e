import { expect, it } from 'vitest'
import { readAnswer, readHeader, writeRequest } from './http.ts'

it('reads an answer with a length, and says where it ends', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbodyHTTP/1.1 ')
  expect(readAnswer(bytes)).toEqual({
    answer: { status: 200, head: 'HTTP/1.1 200 OK\r\ncontent-length: 4', body: 'body' },
    length: 42,
  })
})

it('counts bytes and not characters', () => {
  const read = readAnswer(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n€'))
  expect(read?.answer.body).toBe('€')
})

it('puts chunks together', () => {
  const text =
    'HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\nA;x=y\r\n and two..\r\n0\r\n\r\n'
  expect(readAnswer(Buffer.from(text))).toMatchObject({
    answer: { status: 400, body: 'one and two..' },
    length: text.length,
  })
})

it.each([
  'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
])('waits for the rest, wherever an answer was cut: %j', (text) => {
  const bytes = Buffer.from(text)
  for (let length = 0; length < bytes.length; length += 1) {
    expect(readAnswer(bytes.subarray(0, length))).toBeUndefined()
  }
  expect(readAnswer(bytes)?.answer.body).toBe('body')
})

it('takes 204 and 304 to have no body', () => {
  expect(readAnswer(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'))?.answer).toMatchObject({ status: 204, body: '' })
})

it.each(['SSH-2.0-OpenSSH_9.2\r\n\r\n', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'])('refuses %j', (text) => {
  expect(() => readAnswer(Buffer.from(text))).toThrow(/answer/)
})

it('finds a header whatever the case of its name', () => {
  const head = 'HTTP/1.1 302 Found\r\nX-Location: no\r\nlocation:  https://app.example.com/callback?code=a%3D'
  expect(readHeader(head, 'location')).toBe('https://app.example.com/callback?code=a%3D')
  expect(readHeader(head, 'set-cookie')).toBeUndefined()
})

it('writes a form with its length in bytes', () => {
  const request = writeRequest({ host: '127.0.0.1:1', path: '/token', headers: { A: 'b' }, form: { name: 'ü &' } })
  expect(request.toString()).toBe(
    'POST /token HTTP/1.1\r\nHost: 127.0.0.1:1\r\nA: b\r\n' +
      'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 15\r\n\r\nname=%C3%BC+%26',
  )
})
