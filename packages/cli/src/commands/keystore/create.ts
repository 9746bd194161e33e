import { basename, dirname, extname, join } from 'node:path'
import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { jsonOption, readWhole } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import { minute } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { refuseToReplace, writeWhole } from './files.ts'
import { type OpenEntry, withKeyStores } from './opened.ts'
import {
  forceOption,
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
} from './password-options.ts'
import { keyText } from './shown-store.ts'
import { entriesOfPart, outputPassword, targetOf, targets, writeStore } from './written.ts'

const sizes = ['2048', '3072', '4096'] as const
const bits = { 2048: 2048, 3072: 3072, 4096: 4096 } as const

/** `sallyport keystore create`: a key, its certificate, and the files that they are wanted in. */
export function keystoreCreate(terminal: Terminal): CommandUnknownOpts {
  return new Command('create')
    .summary('make a key with a self-signed certificate, in a key store and as a .crt to upload')
    .description(
      'Makes an RSA key with a self-signed certificate as Salesforce does, and writes them into a key store; beside it a ' +
        '.crt, which is what a connected app wants (Use digital signatures).',
    )
    .argument('<name>', 'the alias, and the Unique Name it gets in Salesforce')
    .option('--out <file>', 'the key store; by default <name>.jks')
    .addOption(new Option('--to <format>', 'what to write, whatever the file is called').choices(targets))
    .addOption(new Option('--key-size <bits>').choices(sizes).default('2048' as const))
    .option('--days <number>', 'days of validity; by default a year, two with 4096 bits', (text) =>
      readWhole(text, 1, 36_500),
    )
    .option('--subject <name>', 'such as "C=US, O=Acme, CN=orgA"; by default CN=<name>')
    .option('--certificate-out <file>', 'the certificate; by default beside the key store, as .crt')
    .option('--private-key-out <file>', 'the private key, too: PEM, not locked')
    .option('--signing-request-out <file>', 'a request to a certification authority, too: PEM')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(forceOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport keystore create orga_jwt\n' +
        '  sallyport keystore create orga_jwt --subject "C=US, O=Acme, CN=orgA" --private-key-out server.key',
    )
    .action((name, options) =>
      withKeyStores(async (keyStores) => {
        if (!keyStores.isUniqueName(name)) {
          throw new WrongUsage(`“${name}” can be no alias that Salesforce imports.`, {
            next: `Such as: sallyport keystore create ${keyStores.uniqueNameFrom(name)}`,
          })
        }
        const file = options.out ?? `${name}.jks`
        const target = targetOf(file, options.to)
        const certificateFile = options.certificateOut ?? join(dirname(file), `${basename(file, extname(file))}.crt`)
        const { privateKeyOut, signingRequestOut } = options
        const mayReplace = options.force === true
        const files = [file, certificateFile, privateKeyOut, signingRequestOut].filter((one) => one !== undefined)
        refuseToReplace(files, mayReplace)
        if (new Set(files).size < files.length) throw new WrongUsage('Each file needs a name of its own.')
        const subject = keyStores.readSubject(options.subject ?? `CN=${name}`)
        const given = await readSecret(passwordSource(options), '--password', process.env)
        const password = await outputPassword(terminal, file, { given, option: '--password' })

        const now = new Date()
        const keySize = bits[options.keySize]
        const { days } = options
        const made = await terminal.busy(`Making a key of ${keySize} bits`, () =>
          keyStores.makeSelfSigned({ uniqueName: name, keySize, subject, now, ...entered({ days }) }),
        )
        const entry: OpenEntry = {
          kind: 'private-key',
          alias: name,
          createdAt: now,
          privateKey: made.privateKey,
          chain: [made.certificate],
        }
        const kept = { isLegacy: false, mayReplace, now }
        await writeStore(keyStores, { ...kept, file, target, entries: [entry], password })
        const open = { ...kept, target: 'pem', password: undefined } as const
        const certificates = entriesOfPart([entry], 'certificates', certificateFile)
        await writeStore(keyStores, { ...open, file: certificateFile, entries: certificates })
        if (privateKeyOut !== undefined) {
          const entries = entriesOfPart([entry], 'private-key', privateKeyOut)
          await writeStore(keyStores, { ...open, file: privateKeyOut, entries })
        }
        if (signingRequestOut !== undefined) {
          const request = await keyStores.makeSigningRequest({ privateKey: made.privateKey, subject })
          const bytes = Buffer.from(keyStores.pemBlock('CERTIFICATE REQUEST', request))
          writeWhole({ file: signingRequestOut, bytes, isPrivate: false, mayReplace })
        }

        const certificate = keyStores.describeCertificate(made.certificate)
        terminal.answer(
          {
            alias: name,
            file,
            certificateFile,
            privateKeyFile: privateKeyOut,
            signingRequestFile: signingRequestOut,
            certificate,
          },
          [
            `${terminal.style.green('✓')} Made the key “${name}” (${keyText(certificate.key)}), valid until ${minute(certificate.notAfter)}.`,
            `  ${file}: the key store, to import in Setup › Certificate and Key Management`,
            `  ${certificateFile}: the certificate, to upload to a connected app (Use digital signatures)`,
            ...(privateKeyOut === undefined ? [] : [`  ${privateKeyOut}: the private key, to sign with`]),
            ...(signingRequestOut === undefined
              ? []
              : [`  ${signingRequestOut}: the request for a signed certificate`]),
          ].join('\n'),
        )
      }),
    )
}
