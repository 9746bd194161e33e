import { spawn } from 'node:child_process'

/** Opens a URL in the person's browser; answers whether there was a program for it. */
export function openBrowser(url: string): Promise<boolean> {
  const [program, ...words] = opener()
  return new Promise((resolve) => {
    const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}

function opener(): readonly [string, ...string[]] {
  const chosen = process.env['BROWSER']
  if (chosen !== undefined && chosen !== '') return [chosen]
  if (process.platform === 'darwin') return ['open']
  // `start` would read an & in the URL as the end of a command.
  return process.platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open']
}
