// Lays the program and what it imports into one file: `docs/decisions/0007-one-file-to-start-from.md` says why.
import { cpSync } from 'node:fs'
import { build } from 'rolldown'

await build({
  cwd: import.meta.dirname,
  input: 'dist/main.js',
  platform: 'node',
  // Beside `main.js`, so that paths relative to it mean the same.
  output: {
    dir: 'dist',
    entryFileNames: 'program.js',
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
