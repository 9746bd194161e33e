import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { exportableKey, exportKeyStore, exportPrivateKey, type OrgCertificate } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { writePrivately } from '../../data-folder.ts'
import { type Database, withDatabase } from '../../database.ts'
import { Failure, WrongUsage } from '../../failure.ts'
import { findCertificate, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { refuseToReplace, writeWhole } from '../keystore/files.ts'
import {
  forceOption,
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
} from '../keystore/password-options.ts'
import { outputPassword, targetOf } from '../keystore/written.ts'

/** `sallyport certificate export`: the certificate, or its private key, as PEM; or all of an org in a key store. */
export function certificateExport(terminal: Terminal): CommandUnknownOpts {
  return new Command('export')
    .summary('print a certificate, or write a key store')
    .description(
      'Prints a certificate as PEM, to be uploaded where it is to be trusted; or its private key. With --keystore it writes ' +
        'the certificate, or all of an org, into a key store, with the private keys that may be exported.',
    )
    .argument('[name]', 'needed without --keystore')
    .option('--private-key', 'the private key instead (PKCS#8), which whoever has it can sign with')
    .option('--out <file>', 'write it into a file that only its owner may read')
    .option('--keystore <file>', 'write a key store: .jks, or .p12 or .pfx for PKCS#12')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(forceOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport certificate export Acme_Integration > acme.crt\n' +
        '  sallyport certificate export --keystore acme.jks',
    )
    .action((name, options) =>
      withDatabase(options, async (database) => {
        const { stores, seal } = database
        const org = await findOrg(stores, options.org)
        if (options.keystore !== undefined) {
          if (options.privateKey === true || options.out !== undefined) {
            throw new WrongUsage(
              '--keystore writes keys and certificates into its own file: leave --private-key and --out.',
            )
          }
          const password = await readSecret(passwordSource(options), '--password', process.env)
          const certificates =
            name === undefined ? await stores.certificates.list(org.id) : [await findCertificate(stores, org, name)]
          const target = { file: options.keystore, password, mayReplace: options.force === true }
          await writeKeyStoreFile(terminal, database, { certificates, org: org.name, ...target })
          return
        }
        if (name === undefined) {
          throw new WrongUsage('Name the certificate.', {
            next: 'All of an org go into a key store: sallyport certificate export --keystore <file>',
          })
        }
        const held = await findCertificate(stores, org, name)
        const isKey = options.privateKey === true
        const names = { name: '<name>' }
        const pem = isKey
          ? accepted(
              terminal,
              await exportPrivateKey({ ...stores, seal }, held),
              'The private key was not exported.',
              names,
            )
          : [held.certificate.pem, ...held.chain].join('')
        if (options.out !== undefined) {
          writePrivately(options.out, pem)
          const what = isKey ? 'private key' : 'certificate'
          terminal.answer(
            { name: held.name, file: options.out },
            `${terminal.style.green('✓')} Wrote the ${what} into ${options.out}.`,
          )
        } else if (terminal.wantsJson) {
          terminal.answer(isKey ? { name: held.name, privateKey: pem } : { name: held.name, certificate: pem }, pem)
        } else {
          terminal.write(pem.endsWith('\n') ? pem : `${pem}\n`)
        }
      }),
    )
}

interface KeyStoreFile {
  readonly certificates: readonly OrgCertificate[]
  readonly org: string
  readonly file: string
  readonly password: string | undefined
  readonly mayReplace: boolean
}

async function writeKeyStoreFile(
  terminal: Terminal,
  { stores, seal, now }: Database,
  { certificates, org, file, password: given, mayReplace }: KeyStoreFile,
): Promise<void> {
  if (certificates.length === 0) {
    throw new Failure(`The org “${org}” has no certificate yet.`, {
      next: 'Make one: sallyport certificate create <name>',
    })
  }
  const target = targetOf(file, undefined)
  if (target === 'pem') throw new WrongUsage(`${file} is to be a key store: give it a name that ends in .jks or .p12.`)
  refuseToReplace([file], mayReplace)
  const password = await outputPassword(terminal, file, { given, option: '--password' })
  const options = { format: target === 'p12' ? 'pkcs12' : 'jks', password, now: now() } as const
  const bytes = accepted(
    terminal,
    await exportKeyStore({ ...stores, seal }, certificates, options),
    'Nothing was written.',
  )
  const withoutKey = certificates.filter((held) => !exportableKey(seal, held).ok).map(({ name }) => name)
  writeWhole({ file, bytes, isPrivate: true, mayReplace })
  for (const name of withoutKey) {
    terminal.note(
      `${terminal.style.yellow('!')} ${name} is there without its private key, which is not held or stays here.`,
    )
  }
  const names = certificates.map(({ name }) => name)
  terminal.answer(
    { file, org, certificates: names, withoutPrivateKey: withoutKey },
    `${terminal.style.green('✓')} Wrote ${file}: ${names.join(', ')}.`,
  )
}
