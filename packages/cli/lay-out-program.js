// Lays the program and what it imports into one file: `docs/decisions/0007-one-file-to-start-from.md` says why.
import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

await build({
  cwd: import.meta.dirname,
  // A handler runs on a thread of its own, which begins with a file of its own.
  input: {
    program: 'dist/main.js',
    'handler-worker': fileURLToPath(new URL('./handlers/handler-worker.js', import.meta.resolve('@sallyport/server'))),
  },
  platform: 'node',
  // Beside `main.js`, so that paths relative to it mean the same.
  output: {
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: 'program-[name].js',
    format: 'esm',
    sourcemap: true,
  },
})

// What `sallyport walkthrough postman` fills in: beside the program, because the folder at the root is not in the package.
cpSync(new URL('../../walkthroughs/postman', import.meta.url), new URL('dist/postman', import.meta.url), {
  recursive: true,
  filter: (path) => !/\.[jt]s$/.test(path),
})
