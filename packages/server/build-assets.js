// Writes `src/web/setup/built-assets.ts`, stylesheets and scripts of Setup and of the walkthrough, and
// `src/web/pages/built-stylesheet.ts`, that of all other pages, ready to be sent. The stylesheet of Setup is what its pages use of the Salesforce Lightning Design System, in two schemes of colour, with `setup.css` behind it:
// `docs/decisions/0012-setup-on-the-design-system.md` says why and how.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import postcss from 'postcss'
import { rolldown } from 'rolldown'
import { inBothSchemes } from './colour-schemes.js'

const pages = join(import.meta.dirname, 'src/web/pages')
const folder = join(import.meta.dirname, 'src/web/setup')
const walkthrough = join(import.meta.dirname, 'src/web/walkthrough')
const designSystem = createRequire(import.meta.url).resolve(
  '@salesforce-ux/design-system/assets/styles/salesforce-lightning-design-system.css',
)
const licence =
  '/*! Parts of this stylesheet: Salesforce Lightning Design System, Copyright (c) 2015-present, salesforce.com, inc. ' +
  'All rights reserved. BSD-3-Clause: https://opensource.org/license/bsd-3-clause */'

const used = new Set(
  [...sourcesIn(folder, /\.tsx$/), ...sourcesIn(walkthrough, /\.tsx?$/)].flatMap((file) =>
    classesIn(readFileSync(file, 'utf8')),
  ),
)
const css = `${licence}\n${kept(readFileSync(designSystem, 'utf8'))}\n${minifiedFile(join(folder, 'setup.css'))}`
const walkthroughCss = minifiedFile(join(walkthrough, 'walkthrough.css'))
const [script, walkthroughScript] = await Promise.all([
  bundled(join(folder, 'browser/setup.ts')),
  bundled(join(walkthrough, 'browser/walkthrough.ts')),
])

writeFileSync(
  join(pages, 'built-stylesheet.ts'),
  `// Made by build-assets.js.\n/** What \`/assets/sallyport.css\` is. */\n` +
    `export const stylesheet = ${JSON.stringify(minifiedFile(join(pages, 'sallyport.css')))}\n`,
)
writeFileSync(
  join(folder, 'built-assets.ts'),
  `// Made by build-assets.js.\n/** What \`/assets/setup.css\` is. */\nexport const setupStylesheet = ${JSON.stringify(css)}\n` +
    `/** What \`/assets/setup.js\` is. */\nexport const setupScript = ${JSON.stringify(script)}\n` +
    `/** What \`/assets/walkthrough.css\` is. */\nexport const walkthroughStylesheet = ${JSON.stringify(walkthroughCss)}\n` +
    `/** What \`/assets/walkthrough.js\` is. */\nexport const walkthroughScript = ${JSON.stringify(walkthroughScript)}\n`,
)

/** The modules of a script as one text, without types and comments. */
async function bundled(input) {
  await using bundle = await rolldown({ input })
  const { output } = await bundle.generate({ format: 'esm', minify: { compress: false, mangle: false } })
  return output[0].code
}

function sourcesIn(place, wanted) {
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((file) => wanted.test(file) && !/\.test\.tsx?$/.test(file))
    .map((file) => join(place, file))
}

/** The class names of the design system in a source file; `slds-theme_${look}` stands for all that begin so. */
function classesIn(source) {
  return [...source.matchAll(/\bslds-[a-zA-Z0-9_-]*(?:\$\{)?/g)].map(([name]) => name)
}

function isUsed(name) {
  if (used.has(name)) return true
  // A name that the source makes up from a beginning and a value.
  return [...used].some((start) => start.endsWith('${') && name.startsWith(start.slice(0, -2)))
}

/** The rules whose classes are all used, without vendor prefixes, hooks that nobody sets, and comments. */
function kept(source) {
  const root = postcss.parse(source)
  root.walkAtRules((rule) => {
    if (/keyframes$/.test(rule.name) || rule.name === 'charset' || rule.name === 'supports') rule.remove()
    if (rule.name === 'layer' && rule.nodes === undefined) rule.remove()
    else if (rule.name === 'layer') rule.replaceWith(rule.nodes)
  })
  root.walkComments((comment) => comment.remove())
  root.walkRules((rule) => {
    const wanted = rule.selectors.filter(isWanted)
    if (wanted.length === 0) rule.remove()
    else rule.selectors = wanted
  })
  // Nothing moves: a page that is another page needs no transitions, and some people are made ill by them.
  root.walkDecls(/^(?:transition|animation)/, (declaration) => declaration.remove())
  root.walkDecls((declaration) => {
    if (/^-(?:webkit|moz|ms)-/.test(declaration.prop) || /(?:^|[\s,])-(?:webkit|moz|ms)-/.test(declaration.value))
      declaration.remove()
  })
  flattenHooks(root)
  root.walkDecls((declaration) => {
    declaration.value = inBothSchemes(declaration.value)
  })
  removeEmpty(root)
  return minified(root)
}

function isWanted(selector) {
  if (/::?-(?:webkit|moz|ms)-|\[dir|\.no-|:host|::slotted/.test(selector)) return false
  const classes = [...selector.matchAll(/\.((?:\\.|[\w-])+)/g)].map(([, name]) => name)
  if (classes.some((name) => !name.startsWith('slds-'))) return false
  if (classes.length > 0) return classes.every((name) => isUsed(name))
  // Bare elements: the reset of what our pages are made of.
  return /^(?:\*|html|body|h[1-6]|p|ul|ol|dl|dt|dd|li|a|table|th|td|caption|thead|tbody|tr|fieldset|legend|label|input|textarea|select|button|pre|code|abbr|blockquote|figure|hr|small|strong|summary|details|svg|time)(?:$|[:,\s[*>+])/.test(
    selector,
  )
}

/** Puts each custom property that is only ever given as a fallback in its place: `var(--a, 1px)` becomes `1px`. */
function flattenHooks(root) {
  const globals = new Map()
  root.walkDecls(/^--slds-[gr]-/, (declaration) => {
    globals.set(declaration.prop, declaration.value)
    declaration.remove()
  })
  const set = new Set()
  root.walkDecls(/^--/, (declaration) => set.add(declaration.prop))
  root.walkDecls((declaration) => {
    declaration.value = flattened(declaration.value, set, globals)
    if (declaration.value.trim() === '' || declaration.value === 'none-given') declaration.remove()
  })
  const read = new Set()
  root.walkDecls((declaration) => {
    for (const [, name] of declaration.value.matchAll(/var\((--[\w-]+)/g)) read.add(name)
  })
  root.walkDecls(/^--/, (declaration) => {
    if (!read.has(declaration.prop)) declaration.remove()
  })
}

function flattened(value, set, globals) {
  const start = value.indexOf('var(')
  if (start < 0) return value
  const end = closing(value, start + 3)
  const inside = value.slice(start + 4, end)
  const comma = inside.indexOf(',')
  const name = (comma < 0 ? inside : inside.slice(0, comma)).trim()
  const fallback = comma < 0 ? undefined : inside.slice(comma + 1).trim()
  const rest = flattened(value.slice(end + 1), set, globals)
  const before = value.slice(0, start)
  if (globals.has(name)) return before + flattened(globals.get(name), set, globals) + rest
  const flat = fallback === undefined ? undefined : flattened(fallback, set, globals)
  if (set.has(name)) return `${before}var(${name}${flat === undefined ? '' : `, ${flat}`})${rest}`
  // A hook that nobody sets and that falls back on nothing makes the whole declaration void.
  return flat === undefined ? 'none-given' : before + flat + rest
}

function closing(text, open) {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')' && --depth === 0) return at
  }
  throw new Error(`A parenthesis stays open in ${text}`)
}

function removeEmpty(root) {
  root.walkRules((rule) => {
    if (rule.nodes.length === 0) rule.remove()
  })
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove()
  })
}

function minifiedFile(file) {
  return minified(postcss.parse(readFileSync(file, 'utf8')))
}

/** The same rules in as few characters as whitespace costs. */
function minified(root) {
  root.walkComments((comment) => comment.remove())
  root.raws.after = ''
  root.walk((node) => {
    node.raws.before = ''
    if (node.type === 'decl') node.raws.between = ':'
    else node.raws = { before: '', between: '', after: '', semicolon: false, afterName: ' ' }
    if (node.type === 'decl') node.value = node.value.replaceAll(/\s+/g, ' ')
    if (node.type === 'rule') node.selectors = node.selectors.map((selector) => selector.replaceAll(/\s+/g, ' '))
  })
  return root.toString().replaceAll(/,\s+/g, ',')
}
