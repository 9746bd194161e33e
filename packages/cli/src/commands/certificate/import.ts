import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { importCertificate, importKeyStore, type OrgCertificate, type Outcome } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { readCertificateFile } from '../../certificate-file.ts'
import { type Database, withDatabase } from '../../database.ts'
import { entered } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import { minute } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { readBytes } from '../keystore/files.ts'
import {
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
} from '../keystore/password-options.ts'
import { certificateJson } from './shown-certificate.ts'

/** `sallyport certificate import`: a certificate that exists, with its private key or without, or the keys of a key store. */
export function certificateImport(terminal: Terminal): CommandUnknownOpts {
  return new Command('import')
    .summary('take in a certificate, or the keys of a key store')
    .description(
      'Takes a certificate into an org (PEM), with its private key if the org is to sign with it; or the keys of a key store ' +
        '(JKS, PKCS#12 or PEM) with their certificates, each under its alias. A store that Salesforce would refuse is refused ' +
        'in the same words.',
    )
    .argument('[name]', 'unique in its org; of a key store by default the alias')
    .option('--keystore <file>', 'take the keys of this key store, with their certificates')
    .option('--certificate-file <file>', 'the certificate; behind it those that vouch for it')
    .option('--private-key-file <file>', 'take the private key from this file')
    .option('--private-key-env <variable>', 'take the private key from this environment variable')
    .option('--private-key-stdin', 'take the private key from standard input')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .option('--label <text>', 'by default the name')
    .option('--not-exportable', 'the private key never leaves the server again')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport certificate import --keystore server.jks\n' +
        '  sallyport certificate import Acme --certificate-file acme.crt --private-key-file acme.key',
    )
    .action((name, options) =>
      withDatabase(options, async (database) => {
        const { keystore, certificateFile, label, privateKeyEnv: variable, privateKeyFile: file } = options
        const isPrivateKeyExportable = options.notExportable !== true
        const key = { variable, file, isStandardInput: options.privateKeyStdin }
        const password = passwordSource(options)
        checkOptions({ name, keystore, certificateFile, label, hasKey: isGiven(key), hasPassword: isGiven(password) })
        const org = await findOrg(database.stores, options.org)
        if (keystore !== undefined) {
          const outcome = await keysOf(terminal, database, org, {
            file: keystore,
            password: await readSecret(password, '--password', process.env),
            name,
            isPrivateKeyExportable,
          })
          const names = { name: '<name>', keyStore: keystore, password: keystore }
          const taken = accepted(terminal, outcome, 'No key was taken in.', names)
          const lines = taken.map(
            (held) => `  ${held.name}, valid until ${minute(held.certificate.notAfter)}: ${held.certificate.subject}`,
          )
          const count =
            taken.length === 1 ? 'a key with its certificate' : `${taken.length} keys with their certificates`
          terminal.answer(
            taken.map((held) => certificateJson(held, org.name)),
            [`${terminal.style.green('✓')} Took ${count} into the org “${org.name}”.`, ...lines].join('\n'),
          )
          return
        }
        const { stores, ...tools } = database
        const privateKey = await readSecret(key, '--private-key', process.env)
        const outcome = await importCertificate({ ...stores, ...tools }, org, {
          name: name ?? '',
          certificate: readCertificateFile(certificateFile ?? ''),
          isPrivateKeyExportable,
          ...entered({ label, privateKey }),
        })
        const names = { name: '<name>', certificate: '--certificate-file', privateKey: 'The private key' }
        const taken = accepted(terminal, outcome, 'The certificate was not taken in.', names)
        const what = privateKey === undefined ? 'the certificate' : 'the certificate, with its private key,'
        terminal.answer(
          certificateJson(taken, org.name),
          `${terminal.style.green('✓')} Took ${what} into the org “${org.name}” as ${taken.name}, valid until ` +
            `${minute(taken.certificate.notAfter)}.`,
        )
      }),
    )
}

interface WhatWasGiven {
  readonly name: string | undefined
  readonly keystore: string | undefined
  readonly certificateFile: string | undefined
  readonly label: string | undefined
  readonly hasKey: boolean
  readonly hasPassword: boolean
}

/** @throws {WrongUsage} for what cannot be meant together */
function checkOptions({ name, keystore, certificateFile, label, hasKey, hasPassword }: WhatWasGiven): void {
  const next = 'See how it is written: sallyport certificate import --help'
  if ((keystore === undefined) === (certificateFile === undefined)) {
    throw new WrongUsage('Give either --certificate-file or --keystore.', { next })
  }
  if (keystore !== undefined && (hasKey || label !== undefined)) {
    throw new WrongUsage(
      'A key store brings its keys with it: --private-key-… and --label are for --certificate-file.',
      {
        next,
      },
    )
  }
  if (keystore === undefined && name === undefined) throw new WrongUsage('Give the certificate a name.', { next })
  if (keystore === undefined && hasPassword) {
    throw new WrongUsage('--password-… is for --keystore: a private key is given unlocked.', { next })
  }
}

interface KeyStoreFile {
  readonly file: string
  readonly password: string | undefined
  readonly name: string | undefined
  readonly isPrivateKeyExportable: boolean
}

/** Imports a key store; who sits at a terminal is asked for its password when it needs one. */
async function keysOf(
  terminal: Terminal,
  { stores, ...tools }: Database,
  org: { readonly id: string },
  { file, password, name, isPrivateKeyExportable }: KeyStoreFile,
): Promise<Outcome<readonly OrgCertificate[]>> {
  const bytes = readBytes(file)
  const importWith = (secret: string | undefined) =>
    importKeyStore({ ...stores, ...tools }, org, {
      bytes,
      file,
      isPrivateKeyExportable,
      ...entered({ name, password: secret }),
    })
  const outcome = await importWith(password)
  const isLocked = !outcome.ok && outcome.problems.some(({ field }) => field === 'password')
  if (!isLocked || password !== undefined) return outcome
  if (!terminal.isInteractive) {
    throw new WrongUsage(`${file} is locked with a password.`, {
      next: 'Give it by --password-env <variable>, --password-file <file> or --password-stdin.',
    })
  }
  return importWith(await terminal.askKnownSecret(`Password of ${file}`))
}

function isGiven(source: ReturnType<typeof passwordSource>): boolean {
  return Object.values(source).some((place) => place !== undefined && place !== false)
}
