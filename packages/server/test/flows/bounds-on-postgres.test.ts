import { openPostgresStores, testOn } from '../stores/open-test-stores.ts'

// What nobody should send, to the other database: its words, limits and planner are its own.
testOn(openPostgresStores)
await import('./data-bounds.test.ts')
