export type { Stores } from './stores/stores.ts'
