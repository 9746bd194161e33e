import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'

/** The URL of the run's PostgreSQL, which is started for whoever asks first. */
export async function sharedPostgresUrl(): Promise<URL> {
  const answer = await fetch(inject('postgres'))
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return new URL(text)
}

/** The URL of a schema in it that nobody else uses. */
export async function newSchemaUrl(): Promise<string> {
  const url = await sharedPostgresUrl()
  url.searchParams.set('schema', `test_${randomUUID().replaceAll('-', '')}`)
  return url.href
}
