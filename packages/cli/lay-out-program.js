// Lays the program and what it imports into one file: `docs/decisions/0007-one-file-to-start-from.md` says why.
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
