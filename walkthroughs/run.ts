// `npm run walkthrough`: starts a demo org and runs the whole Postman collection against it.
import { startDev } from '../test/dev.ts'
import { runPostman } from './run-postman.ts'

const dev = await startDev()
try {
  const { run } = await runPostman(dev, ['cli'])
  if (run.failures.length > 0) process.exitCode = 1
} finally {
  await dev.stop()
}
