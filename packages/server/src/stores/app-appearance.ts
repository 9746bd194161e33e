import { z } from 'zod'
import {
  type CanvasConfig,
  canvasAccessMethods,
  canvasLocations,
  canvasOptions,
  canvasSamlInitiations,
} from '../connected-apps/canvas-app.ts'
import { devicePlatforms, deviceTypes, type MobileSettings, pushServiceTypes } from '../connected-apps/mobile-app.ts'

// What is `undefined` is `null` in JSON, so that each member is there.
function maybe<Value>(schema: z.ZodType<Value>) {
  return schema.nullable().transform((value) => value ?? undefined)
}

const text = maybe(z.string())

// What was stored before there were files says nothing of them.
const file = z
  .object({ fileName: z.string(), length: z.number(), sha256: z.string() })
  .nullish()
  .transform((value) => value ?? undefined)

const mobileSchema = z.object({
  startUrl: text,
  app: maybe(
    z.object({
      devicePlatform: z.enum(devicePlatforms),
      deviceType: maybe(z.enum(deviceTypes)),
      version: text,
      minimumOsVersion: text,
      applicationBundleIdentifier: text,
      applicationInstallUrl: text,
      privateApp: z.boolean(),
      applicationBinaryFile: file,
      applicationIconFile: file,
    }),
  ),
  pushServiceType: maybe(z.enum(pushServiceTypes)),
  hasFullContentPush: z.boolean(),
})

const canvasSchema = z.object({
  canvasUrl: z.string(),
  accessMethod: z.enum(canvasAccessMethods),
  locations: z.array(z.enum(canvasLocations)),
  options: z.array(z.enum(canvasOptions)),
  samlInitiationMethod: z.enum(canvasSamlInitiations),
  lifecycleClass: text,
})

/** Reads the column of an app's mobile settings. */
export function readMobile(json: string): MobileSettings {
  return mobileSchema.parse(JSON.parse(json))
}

/** Reads the column of an app's canvas settings. */
export function readCanvas(json: string): CanvasConfig {
  return canvasSchema.parse(JSON.parse(json))
}

/** Writes the column of either. */
export function writeAppearance(settings: MobileSettings | CanvasConfig): string {
  return JSON.stringify(settings, (_, value: unknown) => value ?? null)
}
