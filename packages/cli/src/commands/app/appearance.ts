import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
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
  type EnteredPolicies,
  pushServiceTypes,
} from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { entered } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption, readWhole } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { appJson, shownApp } from './shown-app.ts'

/** The command with its options; an empty text clears. */
function appearanceCommand() {
  return new Command('appearance')
    .argument('<app>', 'by API name or consumer key')
    .option('--mobile-start-url <url>', 'where it begins on mobile devices')
    .addOption(
      new Option('--device-platform <platform>', 'of its own app on devices').choices([
        '',
        ...devicePlatforms,
      ] as const),
    )
    .addOption(new Option('--device-type <type>', 'which devices').choices(['', ...deviceTypes] as const))
    .option('--app-version <text>', 'of its app on devices')
    .option('--minimum-os-version <text>')
    .option('--bundle-identifier <text>')
    .option('--install-url <url>', 'where that app is to be had')
    .option('--private-app', 'it is in no public store')
    .option('--no-private-app')
    .addOption(
      new Option('--push-platform <service>', 'whose push messages it takes').choices([
        '',
        ...pushServiceTypes,
      ] as const),
    )
    .option('--full-content-push', 'push messages say what they are about')
    .option('--no-full-content-push')
    .option('--canvas-url <url>', 'where it is, to be shown inside of pages')
    .addOption(new Option('--canvas-access-method <method>').choices(canvasAccessMethods))
    .addOption(new Option('--canvas-saml-initiation <who>').choices(canvasSamlInitiations))
    .addOption(new Option('--canvas-location <place...>', 'all of them').choices(canvasLocations))
    .addOption(new Option('--canvas-option <option...>', 'all of them').choices(canvasOptions))
    .option('--canvas-lifecycle-class <name>')
    .addOption(
      new Option('--pin-length <digits>', 'mobile apps ask for a PIN').argParser((text) => readWhole(text, 4, 8)),
    )
    .option('--no-pin-length', 'they ask for none')
    .addOption(
      new Option('--screen-lock <minutes>', 'without use, after which they do').argParser((text) =>
        readWhole(text, 1, 1440),
      ),
    )
    .option('--launcher', 'users find it in their App Launcher')
    .option('--no-launcher')
    .addOption(
      new Option('--sort-order <number>', 'there; lower ones stand first').argParser((text) =>
        readWhole(text, 0, 9999),
      ),
    )
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

type Options = ReturnType<ReturnType<typeof appearanceCommand>['opts']>

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
        const settings = enteredSettings(options)
        const policies = { ...enteredMenu(options), ...enteredPin(options) }
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
        if (hasSettings) await stores.apps.update(changed)
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
  'canvas.canvasUrl': '--canvas-url',
  'canvas.locations': '--canvas-location',
  'canvas.lifecycleClass': '--canvas-lifecycle-class',
  mobilePolicy: '--pin-length, --screen-lock',
  menu: '--sort-order',
}
