import {
  canvasAccessMethods,
  canvasLocations,
  canvasOptions,
  canvasSamlInitiations,
} from '../../../connected-apps/canvas-app.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { devicePlatforms, deviceTypes, pushServiceTypes } from '../../../connected-apps/mobile-app.ts'
import { type EnteredMobileFile, largestBinary, largestIcon } from '../../../connected-apps/mobile-file.ts'
import { fileSize } from '../../../file-size.ts'
import { check, choice, choices, file, type Option, text } from '../field.tsx'
import type { ValuesOf } from '../form.tsx'
import type { SentFile } from '../form-body.ts'

const asOptions = (values: readonly string[], labels: Readonly<Record<string, string>> = {}): readonly Option[] =>
  values.map((value) => ({ value, label: labels[value] ?? value }))

/** *Mobile Integration* and *Mobile App Settings*. */
export const mobileFields = {
  mobileStartUrl: text({
    label: 'Mobile Start URL',
    type: 'url',
    help: 'Where people are taken who open the app from the App Launcher on a mobile device. Without it, the Start URL.',
  }),
  pushServiceType: choice({
    label: 'Supported Push Platform',
    none: 'None',
    options: asOptions(pushServiceTypes, { apple: 'Apple', androidGcm: 'Android GCM' }),
    help: 'The identity URL tells the app (push_service_type), which then registers the device with that service. This server sends no push messages itself.',
  }),
  hasFullContentPush: check({
    label: 'Full Content Push Notifications',
    help: 'Push messages say what they are about, and not only that there is something. Of a connected app, ConnectedApplication says so (OptionsFullContentPushNotifications).',
  }),
  devicePlatform: choice({
    label: 'App Platform',
    none: 'No mobile app',
    options: asOptions(devicePlatforms, { ios: 'iOS', android: 'Android' }),
    help: 'For an app that is itself on the device. Of a connected app, AppMenuItem has this and the next ones as its Mobile… fields, where a catalog of apps finds them.',
  }),
  deviceType: choice({
    label: 'Restrict to Device Type',
    none: 'Every device',
    help: 'A catalog of apps offers it on no other device. It keeps nobody from using the app on one.',
    options: asOptions(deviceTypes, { phone: 'Phone', tablet: 'Tablet', minitablet: 'Mini tablet' }),
  }),
  mobileVersion: text({
    label: 'App Version',
    help: 'Of what stands in the store. A catalog tells by it that there is something newer than what is installed.',
  }),
  minimumOsVersion: text({
    label: 'Minimum OS Version',
    help: 'The oldest system on which it runs. Without it a catalog offers the app to devices that cannot start it.',
  }),
  applicationBundleIdentifier: text({
    label: 'App Bundle Identifier',
    placeholder: 'com.acme.warehouse',
    help: 'The name by which the device’s store knows the app.',
  }),
  applicationInstallUrl: text({ label: 'App Binary URL', type: 'url', help: 'Where the app is to be had, by https.' }),
  privateApp: check({
    label: 'Private App',
    help: 'The app is not in a public store: it is fetched from its App Binary URL, which must then be there.',
  }),
  applicationBinaryFile: file({
    label: 'App Binary File',
    accepts: '.ipa,.apk,.aab',
    most: largestBinary,
    help: `The app itself: an .ipa for iOS, an .apk or .aab for Android, of at most ${fileSize(largestBinary)}. It is kept and can be downloaded where the app is viewed; for a larger one enter its App Binary URL. Leave it empty to keep what is there.`,
  }),
  noBinaryFile: check({
    label: 'Remove App Binary File',
    help: 'The file that is kept is forgotten, unless another one is chosen above.',
  }),
  applicationIconFile: file({
    label: 'Icon File',
    accepts: '.png,.jpg,.jpeg,.gif',
    most: largestIcon,
    help: `The app’s icon on devices: a PNG, JPEG or GIF of at most ${fileSize(largestIcon)}. Leave it empty to keep what is there.`,
  }),
  noIconFile: check({
    label: 'Remove Icon File',
    help: 'The icon that is kept is forgotten, unless another one is chosen above.',
  }),
}

/** What stands in the form only where the app has a file to remove, by the file. */
export const removals = { noBinaryFile: 'applicationBinaryFile', noIconFile: 'applicationIconFile' } as const

/** *Canvas App Settings*. */
export const canvasFields = {
  canvasUrl: text({
    label: 'Canvas App URL',
    type: 'url',
    help: 'For an app that is shown inside of pages. Of a connected app, AppMenuItem says so (CanvasEnabled and the Canvas… fields). Empty it to be none any more.',
  }),
  canvasAccessMethod: choice({
    label: 'Access Method',
    help: 'How it learns who is looking at it: it asks by OAuth, or it is sent a request that is signed with its consumer secret. An app that waits for the other one shows nobody anything.',
    options: asOptions(canvasAccessMethods, { Get: 'OAuth Webflow (GET)', Post: 'Signed Request (POST)' }),
  }),
  canvasSamlInitiation: choice({
    label: 'SAML Initiation Method',
    help: 'Who begins when people get into it by SAML. None, where they do not.',
    options: asOptions(canvasSamlInitiations, {
      IdpInitiated: 'Identity Provider (Salesforce) Initiated',
      SpInitiated: 'Service Provider Initiated',
      None: 'None',
    }),
  }),
  canvasLocations: choices({
    label: 'Locations',
    help: 'On which pages it may stand; on all others it is not offered.',
    options: asOptions(canvasLocations),
  }),
  canvasOptions: choices({
    label: 'Options',
    help: 'What is taken away from around it, and whether people may install it for themselves.',
    options: asOptions(canvasOptions, {
      HideShare: 'Hide share button',
      HideHeader: 'Hide header',
      PersonalEnabled: 'Enable as a canvas personal app',
    }),
  }),
  canvasLifecycleClass: text({
    label: 'Lifecycle Class',
    help: 'An Apex class. It is kept for Salesforce; no Apex runs here.',
  }),
}

type Values = ValuesOf<typeof mobileFields & typeof canvasFields>

/** The settings as their fields show them. */
export function appearanceStart({ mobile, canvas }: Pick<ConnectedApp, 'mobile' | 'canvas'>): Values {
  const { app } = mobile
  return {
    mobileStartUrl: mobile.startUrl ?? '',
    pushServiceType: mobile.pushServiceType ?? '',
    hasFullContentPush: mobile.hasFullContentPush,
    devicePlatform: app?.devicePlatform ?? '',
    deviceType: app?.deviceType ?? '',
    mobileVersion: app?.version ?? '',
    minimumOsVersion: app?.minimumOsVersion ?? '',
    applicationBundleIdentifier: app?.applicationBundleIdentifier ?? '',
    applicationInstallUrl: app?.applicationInstallUrl ?? '',
    privateApp: app?.privateApp ?? false,
    applicationBinaryFile: undefined,
    noBinaryFile: false,
    applicationIconFile: undefined,
    noIconFile: false,
    canvasUrl: canvas?.canvasUrl ?? '',
    canvasAccessMethod: canvas?.accessMethod ?? 'Post',
    canvasSamlInitiation: canvas?.samlInitiationMethod ?? 'None',
    canvasLocations: canvas?.locations ?? [],
    canvasOptions: canvas?.options ?? [],
    canvasLifecycleClass: canvas?.lifecycleClass ?? '',
  }
}

/** What was entered, as the act takes it. Options that a form cannot offer are none. */
export function enteredAppearance(values: Values) {
  const oneOf = <T extends string>(all: readonly T[], entered: string): T | '' =>
    all.find((one) => one === entered) ?? ''
  const some = <T extends string>(all: readonly T[], entered: readonly string[]) =>
    all.filter((one) => entered.includes(one))
  return {
    mobile: {
      startUrl: values.mobileStartUrl,
      pushServiceType: oneOf(pushServiceTypes, values.pushServiceType),
      hasFullContentPush: values.hasFullContentPush,
      app: {
        devicePlatform: oneOf(devicePlatforms, values.devicePlatform),
        deviceType: oneOf(deviceTypes, values.deviceType),
        version: values.mobileVersion,
        minimumOsVersion: values.minimumOsVersion,
        applicationBundleIdentifier: values.applicationBundleIdentifier,
        applicationInstallUrl: values.applicationInstallUrl,
        privateApp: values.privateApp,
        ...enteredFile('applicationBinaryFile', values.applicationBinaryFile, values.noBinaryFile),
        ...enteredFile('applicationIconFile', values.applicationIconFile, values.noIconFile),
      },
    },
    canvas: {
      canvasUrl: values.canvasUrl,
      accessMethod: oneOf(canvasAccessMethods, values.canvasAccessMethod) || 'Post',
      samlInitiationMethod: oneOf(canvasSamlInitiations, values.canvasSamlInitiation) || 'None',
      locations: some(canvasLocations, values.canvasLocations),
      options: some(canvasOptions, values.canvasOptions),
      lifecycleClass: values.canvasLifecycleClass,
    },
  } as const
}

/** What becomes of a file: another one is taken for it, or it is taken away, or it stays. */
function enteredFile<Field extends string>(field: Field, sent: SentFile | undefined, isRemoved: boolean) {
  const files: Partial<Record<Field, EnteredMobileFile>> = {}
  if (sent !== undefined) files[field] = { fileName: sent.name, bytes: sent.bytes }
  else if (isRemoved) files[field] = 'none'
  return files
}

/** What the acts call these fields, by their names here. */
export const appearanceProblemNames: Readonly<Record<string, keyof Values>> = {
  'mobile.startUrl': 'mobileStartUrl',
  'mobile.hasFullContentPush': 'hasFullContentPush',
  'mobile.app.devicePlatform': 'devicePlatform',
  'mobile.app.version': 'mobileVersion',
  'mobile.app.minimumOsVersion': 'minimumOsVersion',
  'mobile.app.applicationBundleIdentifier': 'applicationBundleIdentifier',
  'mobile.app.applicationInstallUrl': 'applicationInstallUrl',
  'mobile.app.applicationBinaryFile': 'applicationBinaryFile',
  'mobile.app.applicationIconFile': 'applicationIconFile',
  'canvas.canvasUrl': 'canvasUrl',
  'canvas.locations': 'canvasLocations',
  'canvas.lifecycleClass': 'canvasLifecycleClass',
}
