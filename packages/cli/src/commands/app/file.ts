import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { Failure } from '../../failure.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

const fields = { binary: 'applicationBinaryFile', icon: 'applicationIconFile' } as const

/** `sallyport app file`: a file that is kept of an app for mobile devices. */
export function appFile(terminal: Terminal): CommandUnknownOpts {
  return new Command('file')
    .summary("print a file of an app's own app for mobile devices")
    .description(
      'Prints the binary or the icon that is kept of an app for mobile devices, byte by byte; as JSON, in base64.',
    )
    .argument('<app>', 'by API name or consumer key')
    .addArgument(new Argument('<file>', 'which').choices(['binary', 'icon'] as const))
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport app file Shop binary > shop.apk')
    .action((name, which, options) =>
      withDatabase(options, async ({ stores }) => {
        const found = await findApp(stores, name, options.org)
        await checkOwnApp(stores, found, 'its files be had')
        const { app } = found
        const file = app.mobile.app?.[fields[which]]
        const bytes = file && (await stores.apps.findFile(app.id, file.sha256))
        if (file === undefined || bytes === undefined) {
          throw new Failure(`${app.fullName} has no such file.`, {
            next: `Give it one: sallyport app appearance ${app.fullName} --${which}-file <file>`,
          })
        }
        if (terminal.wantsJson) terminal.answer({ ...file, base64: Buffer.from(bytes).toString('base64') }, '')
        else terminal.write(bytes)
      }),
    )
}
