import { Command, Option } from '@commander-js/extra-typings'
import {
  type EnteredSamlSsoConfig,
  identityMappings,
  readProviderMetadata,
  requestSignatureMethods,
  samlLogoutBindings,
} from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { readCertificateFile } from '../../certificate-file.ts'
import { entered } from '../../entered.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { readFile } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'

/** A command that enters single sign-on settings, `create` or `update`, with its options. */
export function settingsCommand(name: 'create' | 'update') {
  return new Command(name)
    .argument('<name>', name === 'create' ? 'their API name, unique in the org' : 'their API name')
    .option('--label <text>', 'what people see')
    .option('--issuer <text>', 'what the identity provider calls itself, character by character')
    .option('--entity-id <text>', 'what the org is called there: the Audience of its assertions')
    .option(
      '--metadata-file <file>',
      'of the identity provider, which says its issuer, certificate and addresses; options beside it go before it',
    )
    .option('--certificate-file <file>', 'what its assertions are verified with (PEM)')
    .addOption(
      new Option('--identity <what>', 'what it calls users by: Username, FederationId or UserId').choices(
        identityMappings,
      ),
    )
    .option('--attribute <name>', 'the attribute that says who the user is; an empty text means the NameID')
    .option('--login-url <url>', 'where people are sent to sign in; an empty text means they begin there alone')
    .addOption(new Option('--binding <binding>', 'how they are sent').choices(['redirect', 'post'] as const))
    .option('--signing-certificate <name>', 'of the org, whose key signs requests; an empty text signs none')
    .addOption(new Option('--signature-method <method>').choices(requestSignatureMethods))
    .option(
      '--decryption-certificate <name>',
      'of the org, whose key decrypts assertions; an empty text takes none encrypted',
    )
    .addOption(
      new Option(
        '--user-provisioning <switch>',
        'users are made, and brought up to date, by signing in; needs --identity FederationId',
      ).choices(['on', 'off'] as const),
    )
    .option(
      '--jit-handler <name>',
      'the custom handler that says what these users are like: a module of the folder handlers; an empty text for none',
    )
    .option('--jit-handler-run-as <username>', 'as whom that handler runs, who may manage users; an empty text clears')
    .option(
      '--single-logout-url <url>',
      'where it takes messages about signing out; an empty text means it is sent none',
    )
    .addOption(new Option('--single-logout-binding <binding>', 'how it is sent them').choices(samlLogoutBindings))
    .option('--logout-url <url>', 'where people land who have signed out; an empty text means the page that says so')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** Options of commands for what acts call the same. */
export const settingsOptionNames = {
  metadata: '--metadata-file',
  fullName: '<name>',
  name: '--label',
  issuer: '--issuer',
  samlEntityId: '--entity-id',
  validationCert: '--certificate-file',
  identityMapping: '--identity',
  attributeName: '--attribute',
  loginUrl: '--login-url',
  requestSigningCertId: '--signing-certificate',
  decryptionCertificate: '--decryption-certificate',
  userProvisioning: '--user-provisioning',
  samlJitHandlerId: '--jit-handler',
  executionUserId: '--jit-handler-run-as',
  singleLogoutUrl: '--single-logout-url',
  logoutUrl: '--logout-url',
} as const

type Options = ReturnType<ReturnType<typeof settingsCommand>['opts']>

/** What was entered on the command line, and in the metadata that it names. @throws {Failure} */
export async function enteredSettings(
  terminal: Terminal,
  options: Options,
  now: Date,
  whenRefused: string,
): Promise<EnteredSamlSsoConfig> {
  const { metadataFile } = options
  if (metadataFile === undefined) return onCommandLine(options)
  const said = await readProviderMetadata(readFile(metadataFile), now)
  return { ...accepted(terminal, said, whenRefused, settingsOptionNames), ...onCommandLine(options) }
}

function onCommandLine(options: Options): EnteredSamlSsoConfig {
  const { label, issuer, entityId, certificateFile, identity, attribute } = options
  return entered({
    name: label,
    issuer,
    samlEntityId: entityId,
    validationCert: certificateFile === undefined ? undefined : readCertificateFile(certificateFile),
    identityMapping: identity,
    identityLocation: attribute === undefined ? undefined : attribute === '' ? 'SubjectNameId' : 'Attribute',
    attributeName: attribute,
    loginUrl: options.loginUrl,
    redirectBinding: options.binding === undefined ? undefined : options.binding === 'redirect',
    requestSigningCertId: options.signingCertificate,
    requestSignatureMethod: options.signatureMethod,
    decryptionCertificate: options.decryptionCertificate,
    userProvisioning: options.userProvisioning === undefined ? undefined : options.userProvisioning === 'on',
    samlJitHandlerId: options.jitHandler,
    executionUserId: options.jitHandlerRunAs,
    singleLogoutUrl: options.singleLogoutUrl,
    singleLogoutBinding: options.singleLogoutBinding,
    logoutUrl: options.logoutUrl,
  })
}
