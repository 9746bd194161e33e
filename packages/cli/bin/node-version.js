/** The least version of Node.js that Sallyport runs on. */
export const leastNodeVersion = 24

/**
 * What to tell who runs a Node.js that is too old, in one line; `undefined` when it will do.
 * @param {string} version such as `20.20.2`
 * @returns {string | undefined}
 */
export function nodeVersionProblem(version) {
  if (Number(version.split('.')[0]) >= leastNodeVersion) return undefined
  return (
    `Sallyport needs Node.js ${leastNodeVersion} or newer, and this is ${version}: run it inside the repository as ` +
    '`npm start` or `npx sallyport …`, which use the Node.js that comes with it (after `npm ci`), or install a newer one.'
  )
}
