import { lineProblem, trimmed } from '../entered-text.ts'
import type { Problem } from '../problem.ts'
import { pageUrlProblem } from '../web-url.ts'

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
    const { devicePlatform = held.app?.devicePlatform ?? '', deviceType, privateApp, ...lines } = entered.app
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
      const isEmpty = Object.values(texts).every((text) => text === undefined) && !isPrivate && (type ?? '') === ''
      if (!isEmpty) report('app.devicePlatform', 'Choose the platform of the app; without one there is none.')
      return undefined
    }
    return { devicePlatform, deviceType: type === '' ? undefined : type, ...texts, privateApp: isPrivate }
  }
}
