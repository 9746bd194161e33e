import { excerpt } from '../pages/excerpt.ts'

// In this order: most browsers also call themselves by the names of others.
const browsers = [
  ['Edge', /\bEdg\/([0-9]+)/],
  ['Firefox', /\bFirefox\/([0-9]+)/],
  ['Chrome', /\bChrome\/([0-9]+)/],
  ['Safari', /\bVersion\/([0-9]+).*\bSafari\//],
] as const

/** What a browser is called, such as `Chrome 131`; what programs call themselves stays, cut short. */
export function browserName(userAgent: string): string {
  for (const [name, pattern] of browsers) {
    const version = pattern.exec(userAgent)?.[1]
    if (version !== undefined) return `${name} ${version}`
  }
  return excerpt(userAgent, 32)
}
