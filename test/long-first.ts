import { BaseSequencer, type TestSpecification } from 'vitest/node'

// What takes longest comes first: begun last, it would go on alone while cores have nothing else to do. Most of it waits for programs.
const long = [
  'test/clients.test.ts',
  'packages/server/test/faults/database.test.ts',
  'packages/cli/test/operations.test.ts',
  'packages/server/test/faults/full.test.ts',
  'packages/cli/test/dev.test.ts',
  'test/docs.test.ts',
  'packages/server/test/walkthrough/in-a-browser.test.ts',
  'packages/keystore/test/interop.test.ts',
  'packages/server/test/setup/look.test.ts',
  'packages/server/test/browser/sign-in.test.ts',
  'packages/cli/test/login.test.ts',
  'packages/server/test/faults/kill.test.ts',
  'packages/server/test/faults/nodes.test.ts',
  'packages/server/test/faults/clock.test.ts',
  'packages/server/test/stores/postgres-replica.test.ts',
  'packages/client/test/closed-loop.test.ts',
  'packages/cli/test/serve.test.ts',
  'packages/cli/test/keystore.test.ts',
  'test/org-to-org.test.ts',
  'test/walkthrough.test.ts',
  'test/setup.test.ts',
]

/** Begins with the files that are known to take long; the others follow as they would. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

function placeOf({ moduleId, project }: TestSpecification): number {
  const place = project.name === 'all' ? long.findIndex((file) => moduleId.endsWith(`/${file}`)) : -1
  return place === -1 ? long.length : place
}
