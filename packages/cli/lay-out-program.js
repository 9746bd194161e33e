// Lays the program and what it imports into few files: `docs/decisions/0007-one-file-to-start-from.md` says why.
import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

/** @type {import('rolldown').OutputOptions} */
const output = {
  // Beside `main.js`, so that paths relative to it mean the same.
  dir: 'dist',
  // A text of one byte for each character is read in less time.
  charset: 'ascii',
  comments: false,
  sourcemap: true,
}
const common = { cwd: import.meta.dirname, platform: /** @type {const} */ ('node') }

await build({
  ...common,
  input: { program: 'dist/main.js' },
  output: { ...output, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'program-[name].cjs' },
})
// A thread begins with a file of its own.
for (const thread of ['handlers/handler-worker.js', 'users/hashing-worker.js']) {
  await build({
    ...common,
    input: fileURLToPath(new URL(thread, import.meta.resolve('@sallyport/server'))),
    output: { ...output, format: 'esm', codeSplitting: false },
  })
}

// What `sallyport walkthrough postman` fills in: beside the program, because the folder at the root is not in the package.
cpSync(new URL('../../walkthroughs/postman', import.meta.url), new URL('dist/postman', import.meta.url), {
  recursive: true,
  filter: (path) => !/\.[jt]s$/.test(path),
})
