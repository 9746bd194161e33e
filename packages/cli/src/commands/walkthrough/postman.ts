import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { z } from 'zod'
import { writePrivately } from '../../data-folder.ts'
import { Failure } from '../../failure.ts'
import { dataOption, jsonOption } from '../../options.ts'
import { packageFolder } from '../../package-folder.ts'
import { readFile } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { type DemoSettings, demoSettings, required } from './settings.ts'

const environment = z.looseObject({
  name: z.string(),
  values: z.array(z.looseObject({ key: z.string(), value: z.string() })),
})

const shipped = new URL('dist/postman/', packageFolder)
const collectionFile = 'walkthrough.postman_collection.json'
const environmentEnding = '.postman_environment.json'
const ownEnvironment = `sallyport-dev${environmentEnding}`

/** `sallyport walkthrough postman`: the flows as a collection, with an environment for the server of this folder. */
export function walkthroughPostman(terminal: Terminal): CommandUnknownOpts {
  return new Command('postman')
    .summary('write a Postman collection of the flows, and an environment that is filled in')
    .description(
      'Writes the collection of both flows and its environments, for Postman to import. That of the `sallyport dev` in this folder ' +
        'is filled in, with its key, secret and password, so the file is for you alone; those for Salesforce are yours to fill in.',
    )
    .option('--out <folder>', 'where to write them', 'postman')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport walkthrough postman --out postman')
    .action((options) => {
      const demo = required(demoSettings(options.data), 'a `sallyport dev` with its demo')
      const folder = options.out
      try {
        mkdirSync(folder, { recursive: true })
        const names = readdirSync(shipped).filter((name) => name.endsWith('.json'))
        for (const name of names.filter((one) => one !== ownEnvironment)) {
          writeFileSync(join(folder, name), readFileSync(new URL(name, shipped)))
        }
      } catch (cause) {
        throw new Failure(`The collection cannot be written into ${folder}.`, { cause })
      }
      const own = environment.parse(JSON.parse(readFileSync(new URL(ownEnvironment, shipped), 'utf8')))
      const values = new Map(Object.entries(valuesOf(demo)))
      const filled = own.values.map((one) => ({ ...one, value: values.get(one.key) ?? one.value }))
      writePrivately(join(folder, ownEnvironment), `${JSON.stringify({ ...own, values: filled }, undefined, 2)}\n`)
      const [collection, filledIn] = [join(folder, collectionFile), join(folder, ownEnvironment)]
      terminal.answer(
        { collection, environment: filledIn, loginUrl: demo.loginUrl },
        [
          `Written for ${demo.loginUrl}:`,
          `  ${collection}`,
          `  ${filledIn}  (with secrets: for you alone)`,
          '',
          'Import both into Postman, choose the environment, and run the folders from the top. Or without Postman:',
          `  npx newman run ${collection} -e ${filledIn}`,
        ].join('\n'),
      )
    })
}

/** What the environment has to say of the demo. */
function valuesOf({ loginUrl, webServer, jwtBearer }: DemoSettings): Readonly<Record<string, string>> {
  return {
    loginUrl,
    audience: loginUrl,
    callbackUrl: webServer?.callbackUrl ?? '',
    webConsumerKey: webServer?.consumerKey ?? '',
    webConsumerSecret: webServer?.consumerSecret ?? '',
    username: webServer?.username ?? '',
    password: webServer?.password ?? '',
    jwtConsumerKey: jwtBearer?.consumerKey ?? '',
    jwtUsername: jwtBearer?.username ?? '',
    privateKey: jwtBearer === undefined ? '' : readFile(jwtBearer.privateKeyFile),
  }
}
