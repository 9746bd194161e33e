import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Option } from '@commander-js/extra-typings'
import { z } from 'zod'
import { dataFolder } from '../../data-folder.ts'
import { WrongUsage } from '../../failure.ts'

/** What `sallyport dev` keeps of its demo for whoever wants to try the flows. */
const settingsSchema = z.object({
  loginUrl: z.string(),
  jwtBearer: z.object({ consumerKey: z.string(), username: z.string(), privateKeyFile: z.string() }).optional(),
  webServer: z
    .object({
      consumerKey: z.string(),
      consumerSecret: z.string(),
      callbackUrl: z.string().optional(),
      username: z.string(),
      password: z.string().optional(),
    })
    .optional(),
})

/** The demo of a `sallyport dev`, as far as its flows need it. */
export type DemoSettings = z.infer<typeof settingsSchema>

/** The demo in a data folder; `undefined` where there is none. */
export function demoSettings(data: string): DemoSettings | undefined {
  const file = join(dataFolder(data).path, 'try', 'settings.json')
  if (!existsSync(file)) return undefined
  return settingsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
}

/** `--url`: which org, where it is not the one of the demo. */
export const loginUrlOption = new Option(
  '--url <host>',
  'where to sign in: production, sandbox, a My Domain; by default the `sallyport dev` of this folder',
).env('SALLYPORT_LOGIN_URL')

/** `--no-pause`: for CI, and for who reads faster. */
export const noPauseOption = new Option('--no-pause', 'do not wait for Enter after each step')

/** @throws {WrongUsage} that says which options are missing where there is no demo to take their values from */
export function required<Value>(value: Value | undefined, option: string): Value {
  if (value !== undefined) return value
  throw new WrongUsage(`There is no demo here that says it: ${option} is needed.`, {
    next: 'Run `sallyport dev` in this folder, name its data folder by --data <folder>, or give the options.',
  })
}
