import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongFirst } from './test/long-first.ts'

const flows = 'packages/server/test/flows'

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    globalSetup: ['test/shared-postgres.ts'],
    pool: 'threads',
    // Loading the server takes longer than most tests of it: a worker loads it once, for all the files that it runs.
    isolate: false,
    // Tests wait for programs, databases and browsers: with as many workers as cores, cores would be idle.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongFirst },
    // How long something takes is measured in `bench/`: here a busy machine must fail nothing.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: [
            'packages/*/src/**/*.test.{ts,tsx}',
            'packages/*/test/**/*.test.{ts,tsx}',
            'test/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          provide: { database: 'SQLite' },
        },
      },
      {
        // The same flows, for what they ask of the store: how often things are spent, what is found again, by which words, and
        // what nobody should send.
        extends: true,
        test: {
          name: 'on PostgreSQL',
          include: [`${flows}/{jwt-bearer,web-server,refresh,data-*}.test.ts`],
          provide: { database: 'PostgreSQL' },
        },
      },
    ],
  },
})
