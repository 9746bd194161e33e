export type { Clock } from './clock.ts'
export {
  defaultServerOptions,
  type Posture,
  type ServerOptions,
  salesforcePosture,
  strictPosture,
} from './options.ts'
export { type Foundation, type Sallyport, sallyport } from './sallyport.ts'
export { type Seal, sealWith } from './seal.ts'
export { openStores, type StoresOptions } from './stores/open.ts'
export type { Stores } from './stores/stores.ts'
export { type Listening, type ListenOptions, listen } from './web/listen.ts'
