import { basename } from 'node:path'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import {
  appChecked,
  canvasAccessMethods,
  canvasLocations,
  canvasOptions,
  canvasSamlInitiations,
  changePolicies,
  devicePlatforms,
  deviceTypes,
  type EnteredApp,
  type EnteredMobileFile,
  type EnteredPolicies,
  enteredContents,
  pushServiceTypes,
} from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { entered } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import {
  addOptions,
  meaning,
  type OptionValues,
  oneOf,
  onOff,
  orNone,
  readOptions,
  someOf,
  text,
} from '../../option-table.ts'
import { dataOption, jsonOption, orgOption, readWhole } from '../../options.ts'
import { readBytes } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { appJson, shownApp } from './shown-app.ts'

/** The options of the command; an empty text clears. */
const appearanceOptions = {
  mobileStartUrl: text('--mobile-start-url <url>', 'where it begins on mobile devices'),
  devicePlatform: oneOf('--device-platform <platform>', 'of its own app on devices', ['', ...devicePlatforms]),
  deviceType: oneOf('--device-type <type>', 'which devices', ['', ...deviceTypes]),
  appVersion: text('--app-version <text>', 'of its app on devices'),
  minimumOsVersion: text('--minimum-os-version <text>', 'the oldest system on which it runs'),
  bundleIdentifier: text('--bundle-identifier <text>', "its name in the device's store"),
  installUrl: text('--install-url <url>', 'where that app is to be had'),
  privateApp: onOff('private-app', 'it is in no public store'),
  binaryFile: text('--binary-file <file>', 'that app itself: .ipa, .apk or .aab'),
  iconFile: text('--icon-file <file>', 'its icon: .png, .jpg or .gif'),
  pushPlatform: oneOf('--push-platform <service>', 'whose push messages it takes', ['', ...pushServiceTypes]),
  fullContentPush: onOff('full-content-push', 'push messages say what they are about'),
  canvasUrl: text('--canvas-url <url>', 'where it is, to be shown inside of pages'),
  canvasAccessMethod: oneOf('--canvas-access-method <method>', 'how it learns who looks at it', canvasAccessMethods),
  canvasSamlInitiation: oneOf('--canvas-saml-initiation <who>', 'who begins with SAML', canvasSamlInitiations),
  canvasLocation: someOf('--canvas-location <place...>', 'all of them', canvasLocations),
  canvasOption: someOf('--canvas-option <option...>', 'all of them', canvasOptions),
  canvasLifecycleClass: text('--canvas-lifecycle-class <name>', 'an Apex class'),
  pinLength: orNone(
    'pin-length',
    meaning('--pin-length <digits>', 'mobile apps ask for a PIN', (entered) => readWhole(entered, 4, 8)),
    'they ask for none',
  ),
  screenLock: meaning('--screen-lock <minutes>', 'without use, after which they do', (entered) =>
    readWhole(entered, 1, 1440),
  ),
  launcher: onOff('launcher', 'users find it in their App Launcher'),
  sortOrder: meaning('--sort-order <number>', 'there; lower ones stand first', (entered) =>
    readWhole(entered, 0, 9999),
  ),
}

type Options = OptionValues<typeof appearanceOptions>

function appearanceCommand() {
  const command = new Command('appearance').argument('<app>', 'by API name or consumer key')
  addOptions(command, appearanceOptions)
  return command.addOption(orgOption).addOption(dataOption).addOption(jsonOption)
}

/** `sallyport app appearance`: how an app looks on devices, inside of pages and in the App Launcher. */
export function appAppearance(terminal: Terminal): CommandUnknownOpts {
  return appearanceCommand()
    .summary('set how an app looks on devices, in pages and in the App Launcher')
    .description(
      'Sets how an app looks on mobile devices, inside of pages (canvas) and in the App Launcher of an org. What is not named stays as it is; an empty text clears.',
    )
    .addHelpText('after', '\nExample:\n  sallyport app appearance Shop --pin-length 4 --screen-lock 10 --sort-order 1')
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const { app, org } = await findApp(stores, name, options.org)
        const given = readOptions(appearanceOptions, options)
        const settings = enteredSettings(given)
        const policies = { ...enteredMenu(given), ...enteredPin(given) }
        const hasSettings = Object.keys(settings).length > 0
        const hasPolicies = Object.keys(policies).length > 0
        if (!hasSettings && !hasPolicies) {
          const next = 'See what there is: sallyport app appearance --help'
          throw new WrongUsage('Nothing was named to change.', { next })
        }
        if (hasSettings) await checkOwnApp(stores, { app, org }, 'its settings be changed')
        const refused = 'The connected app was not changed.'
        // Both are checked before either is written, so that half a change is none.
        const changed = accepted(terminal, await appChecked({ ...stores, now }, app, settings), refused, optionNames)
        if (hasPolicies) accepted(terminal, await changePolicies(stores, app, org, policies), refused, optionNames)
        if (hasSettings) await stores.apps.update(changed, enteredContents(settings.mobile))
        terminal.answer(
          appJson(await shownApp(stores, { app: changed, org })),
          `${terminal.style.green('✓')} Changed the connected app ${changed.fullName}.`,
        )
      }),
    )
}

function enteredSettings(options: Options): EnteredApp {
  return entered({
    mobile: ifAny({
      startUrl: options.mobileStartUrl,
      pushServiceType: options.pushPlatform,
      hasFullContentPush: options.fullContentPush,
      app: ifAny({
        devicePlatform: options.devicePlatform,
        deviceType: options.deviceType,
        version: options.appVersion,
        minimumOsVersion: options.minimumOsVersion,
        applicationBundleIdentifier: options.bundleIdentifier,
        applicationInstallUrl: options.installUrl,
        privateApp: options.privateApp,
        applicationBinaryFile: enteredFile(options.binaryFile),
        applicationIconFile: enteredFile(options.iconFile),
      }),
    }),
    canvas: ifAny({
      canvasUrl: options.canvasUrl,
      accessMethod: options.canvasAccessMethod,
      samlInitiationMethod: options.canvasSamlInitiation,
      locations: options.canvasLocation,
      options: options.canvasOption,
      lifecycleClass: options.canvasLifecycleClass,
    }),
  })
}

/** The file of a path; an empty one takes away what is kept. */
function enteredFile(path: string | undefined): EnteredMobileFile | undefined {
  if (path === undefined) return undefined
  return path === '' ? 'none' : { fileName: basename(path), bytes: readBytes(path) }
}

function enteredMenu({ launcher, sortOrder }: Options): EnteredPolicies {
  return launcher === undefined && sortOrder === undefined ? {} : { menu: entered({ isVisible: launcher, sortOrder }) }
}

function enteredPin({ pinLength, screenLock }: Options): EnteredPolicies {
  if (pinLength === false) return { mobilePolicy: undefined }
  if (typeof pinLength !== 'number' && screenLock === undefined) return {}
  // What is missing is what the act finds fault with.
  return { mobilePolicy: { pinLength: typeof pinLength === 'number' ? pinLength : 0, screenLock: screenLock ?? 0 } }
}

/** What was entered of several things, if anything was. */
function ifAny<Values extends object>(values: Values) {
  const given = entered(values)
  return Object.keys(given).length > 0 ? given : undefined
}

const optionNames: Readonly<Record<string, string>> = {
  'mobile.startUrl': '--mobile-start-url',
  'mobile.hasFullContentPush': '--full-content-push',
  'mobile.app.devicePlatform': '--device-platform',
  'mobile.app.version': '--app-version',
  'mobile.app.minimumOsVersion': '--minimum-os-version',
  'mobile.app.applicationBundleIdentifier': '--bundle-identifier',
  'mobile.app.applicationInstallUrl': '--install-url',
  'mobile.app.applicationBinaryFile': '--binary-file',
  'mobile.app.applicationIconFile': '--icon-file',
  'canvas.canvasUrl': '--canvas-url',
  'canvas.locations': '--canvas-location',
  'canvas.lifecycleClass': '--canvas-lifecycle-class',
  mobilePolicy: '--pin-length, --screen-lock',
  menu: '--sort-order',
}
