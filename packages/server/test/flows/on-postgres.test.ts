import { openPostgresStores, testOn } from '../stores/open-test-stores.ts'

// The same flows, for what they ask of the store: how often things are spent, what is found again, and by which words.
testOn(openPostgresStores)
await import('./jwt-bearer.test.ts')
await import('./web-server.test.ts')
await import('./refresh.test.ts')
await import('./data-records.test.ts')
await import('./data-queries.test.ts')
await import('./data-of-the-org.test.ts')
await import('./data-permissions.test.ts')
await import('./data-composite.test.ts')
