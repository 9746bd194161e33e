import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import {
  changeConnectedApp,
  idpLoginUrl,
  isSamlApp,
  samlEncryptionTypes,
  samlLogoutBindings,
  samlNameIdFormats,
  samlSigningAlgorithms,
  samlSubjectTypes,
} from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { readCertificateFile } from '../../certificate-file.ts'
import { withDatabase } from '../../database.ts'
import { entered } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { appJson, shownApp } from './shown-app.ts'

/** The command with its options; an empty text clears. */
function samlCommand() {
  return new Command('saml')
    .argument('<app>', 'by API name or consumer key')
    .option('--entity-id <text>', 'what it calls itself, as its metadata says it; an empty text ends SAML for it')
    .option('--acs-url <url>', 'where it takes responses (AssertionConsumerService)')
    .addOption(new Option('--subject-type <type>', 'what it is told users are called').choices(samlSubjectTypes))
    .option('--subject-field <field>', 'the field of users, with --subject-type CustomAttr')
    .addOption(new Option('--name-id-format <format>').choices(samlNameIdFormats))
    .option('--issuer <text>', 'what the org calls itself to it, if not its address')
    .addOption(new Option('--signing-algorithm <algorithm>').choices(samlSigningAlgorithms))
    .option('--request-certificate-file <file>', 'of the key that it signs requests with (PEM)')
    .option('--encryption-certificate <name>', 'of the org, for which assertions are encrypted')
    .addOption(new Option('--encryption-type <type>').choices(samlEncryptionTypes))
    .option('--logout-url <url>', 'where it takes messages about signing out')
    .addOption(new Option('--logout-binding <binding>').choices(samlLogoutBindings))
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** `sallyport app saml`: how people sign in to an app by SAML. */
export function appSaml(terminal: Terminal): CommandUnknownOpts {
  return samlCommand()
    .summary('set how people sign in to an app by SAML')
    .description(
      'Sets how people of an org sign in to an app by SAML, as Web App Settings of a connected app have it. What is not named ' +
        'stays as it is; an empty text clears. Who may is said by its profiles and permission sets: sallyport app update --profile.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  sallyport app saml Wiki --entity-id https://wiki.example/saml --acs-url https://wiki.example/saml/acs',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const { app, org } = await findApp(stores, name, options.org)
        const { requestCertificateFile: file } = options
        const saml = entered({
          entityUrl: options.entityId,
          acsUrl: options.acsUrl,
          samlSubjectType: options.subjectType,
          samlSubjectCustomAttr: options.subjectField,
          samlNameIdFormat: options.nameIdFormat,
          issuer: options.issuer,
          samlSigningAlgoType: options.signingAlgorithm,
          certificate: file === undefined || file === '' ? file : readCertificateFile(file),
          encryptionCertificate: options.encryptionCertificate,
          encryptionType: options.encryptionType,
          samlSloUrl: options.logoutUrl,
          samlIdpSLOBindingEnum: options.logoutBinding,
        })
        if (Object.keys(saml).length === 0) {
          throw new WrongUsage('Nothing was named to change.', { next: 'See what there is: sallyport app saml --help' })
        }
        await checkOwnApp(stores, { app, org }, 'its settings be changed')
        const outcome = await changeConnectedApp({ ...stores, now }, app, { saml })
        const changed = accepted(terminal, outcome, 'The connected app was not changed.', optionNames)
        const login = isSamlApp(changed)
          ? `\n  People begin at ${idpLoginUrl('', changed)} of the org’s own address.`
          : ''
        terminal.answer(
          appJson(await shownApp(stores, { app: changed, org })),
          `${terminal.style.green('✓')} Changed the connected app ${changed.fullName}.${login}`,
        )
      }),
    )
}

const optionNames: Readonly<Record<string, string>> = {
  'saml.entityUrl': '--entity-id',
  'saml.acsUrl': '--acs-url',
  'saml.samlSubjectCustomAttr': '--subject-field',
  'saml.issuer': '--issuer',
  'saml.certificate': '--request-certificate-file',
  'saml.encryptionCertificate': '--encryption-certificate',
  'saml.samlSloUrl': '--logout-url',
}
