import { lineProblem, trimmed } from '../entered-text.ts'
import type { Problem } from '../problem.ts'
import { pageUrlProblem } from '../web-url.ts'
import {
  binaryRules,
  type EnteredMobileFile,
  iconRule,
  type MobileFile,
  type MobileFileContent,
  mobileFileOf,
  mobileFileProblem,
} from './mobile-file.ts'

/** Which devices an app is made for; names of metadata. */
export const devicePlatforms = ['ios', 'android'] as const
/** Which of them. */
export const deviceTypes = ['phone', 'tablet', 'minitablet'] as const
/** Whose push messages it takes, by the names that the identity URL has for them. */
export const pushServiceTypes = ['apple', 'androidGcm'] as const

/** An app's own app for telephones and tablets (`mobileAppConfig` of metadata). */
export interface MobileAppConfig {
  readonly devicePlatform: (typeof devicePlatforms)[number]
  readonly deviceType: (typeof deviceTypes)[number] | undefined
  readonly version: string | undefined
  readonly minimumOsVersion: string | undefined
  readonly applicationBundleIdentifier: string | undefined
  readonly applicationInstallUrl: string | undefined
  /** Not in a public store. */
  readonly privateApp: boolean
  /** The app itself, as it is put on devices. */
  readonly applicationBinaryFile: MobileFile | undefined
  readonly applicationIconFile: MobileFile | undefined
}

/** The files of an app for mobile devices, by their names in metadata. */
export const mobileFileFields = ['applicationBinaryFile', 'applicationIconFile'] as const

/** Whether a field is one of a file. */
export function isMobileFileField(field: string): boolean {
  return mobileFileFields.some((one) => one === field)
}

/** *Mobile Integration* and *Mobile App Settings* of a connected app. */
export interface MobileSettings {
  /** Where people are taken who open it on a mobile device. */
  readonly startUrl: string | undefined
  readonly app: MobileAppConfig | undefined
  readonly pushServiceType: (typeof pushServiceTypes)[number] | undefined
  /** Whether push messages say what they are about. */
  readonly hasFullContentPush: boolean
}

/** Those of an app that sets none. */
export const noMobileSettings: MobileSettings = {
  startUrl: undefined,
  app: undefined,
  pushServiceType: undefined,
  hasFullContentPush: false,
}

/** What an admin enters of them. A field left out stays as it is; an empty text clears it, and an empty platform the whole app. */
export interface EnteredMobile {
  readonly startUrl?: string
  readonly app?: EnteredMobileApp
  readonly pushServiceType?: MobileSettings['pushServiceType'] | ''
  readonly hasFullContentPush?: boolean
}

/** What an admin enters of the app on the device. */
export interface EnteredMobileApp {
  readonly devicePlatform?: MobileAppConfig['devicePlatform'] | ''
  readonly deviceType?: MobileAppConfig['deviceType'] | ''
  readonly version?: string
  readonly minimumOsVersion?: string
  readonly applicationBundleIdentifier?: string
  readonly applicationInstallUrl?: string
  readonly privateApp?: boolean
  readonly applicationBinaryFile?: EnteredMobileFile
  readonly applicationIconFile?: EnteredMobileFile
}

/** The bytes that were entered, to be kept together with the app. */
export function enteredContents({ app }: EnteredMobile = {}): readonly MobileFileContent[] {
  return mobileFileFields.flatMap((field) => {
    const file = app?.[field]
    if (file === undefined || file === 'none' || file.bytes === undefined) return []
    return [{ sha256: mobileFileOf(file.fileName, file.bytes).sha256, bytes: file.bytes }]
  })
}

/** The files that an app has. */
export function heldFiles({ app }: MobileSettings): readonly MobileFile[] {
  return mobileFileFields.flatMap((field) => app?.[field] ?? [])
}

/** The settings with what was entered put in, and what is wrong with it. */
export function mobileWith(
  held: MobileSettings,
  entered: EnteredMobile,
): { readonly settings: MobileSettings; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = (field: string, message: string | undefined) => {
    if (message !== undefined) problems.push({ field: `mobile.${field}`, message })
  }
  const startUrl = entered.startUrl === undefined ? held.startUrl : trimmed(entered.startUrl)
  if (startUrl !== undefined) report('startUrl', pageUrlProblem(startUrl))
  const pushed = entered.pushServiceType ?? held.pushServiceType
  const pushServiceType = pushed === '' ? undefined : pushed
  const hasFullContentPush = entered.hasFullContentPush ?? held.hasFullContentPush
  if (hasFullContentPush && pushServiceType === undefined) {
    report('hasFullContentPush', 'Choose whose push messages the app takes, too.')
  }
  return { settings: { startUrl, app: app(), pushServiceType, hasFullContentPush }, problems }

  function app(): MobileAppConfig | undefined {
    if (entered.app === undefined) return held.app
    const {
      devicePlatform = held.app?.devicePlatform ?? '',
      deviceType,
      privateApp,
      applicationBinaryFile: binary,
      applicationIconFile: icon,
      ...lines
    } = entered.app
    const line = (field: keyof typeof lines, most = 255) => {
      const value = lines[field] === undefined ? held.app?.[field] : trimmed(lines[field])
      if (value !== undefined) report(`app.${field}`, lineProblem(value, most))
      return value
    }
    const type = deviceType ?? held.app?.deviceType
    const texts = {
      version: line('version', 40),
      minimumOsVersion: line('minimumOsVersion', 40),
      applicationBundleIdentifier: line('applicationBundleIdentifier'),
      applicationInstallUrl: line('applicationInstallUrl', 1024),
    }
    const { applicationInstallUrl: url } = texts
    if (url !== undefined) report('app.applicationInstallUrl', pageUrlProblem(url))
    const isPrivate = privateApp ?? held.app?.privateApp ?? false
    if (devicePlatform === '') {
      const isWithoutFiles = [binary, icon].every((file) => file === undefined || file === 'none')
      const isEmpty =
        Object.values(texts).every((text) => text === undefined) && !isPrivate && (type ?? '') === '' && isWithoutFiles
      if (!isEmpty) report('app.devicePlatform', 'Choose the platform of the app; without one there is none.')
      return undefined
    }
    return {
      devicePlatform,
      deviceType: type === '' ? undefined : type,
      ...texts,
      privateApp: isPrivate,
      applicationBinaryFile: file('applicationBinaryFile', binary, binaryRules[devicePlatform]),
      applicationIconFile: file('applicationIconFile', icon, iconRule),
    }
  }

  function file(
    field: (typeof mobileFileFields)[number],
    given: EnteredMobileFile | undefined,
    rule: Parameters<typeof mobileFileProblem>[1],
  ): MobileFile | undefined {
    const stored = held.app?.[field]
    if (given === 'none') return undefined
    const { fileName, bytes } = given ?? { fileName: stored?.fileName, bytes: undefined }
    if (fileName === undefined) return undefined
    report(`app.${field}`, mobileFileProblem({ fileName, bytes }, rule))
    if (bytes !== undefined) return mobileFileOf(fileName, bytes)
    if (stored?.fileName !== fileName) report(`app.${field}`, `There is no file “${fileName}”, and the app has none.`)
    return stored
  }
}
