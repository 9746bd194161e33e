import { lineProblem, trimmed } from '../entered-text.ts'
import type { Problem } from '../problem.ts'
import { pageUrlProblem } from '../web-url.ts'

/** How a canvas app is given its user: what it asks for itself, or a signed request. Names of metadata. */
export const canvasAccessMethods = ['Get', 'Post'] as const
/** Where it can be shown. */
export const canvasLocations = [
  'Aura',
  'AppLauncher',
  'Chatter',
  'ChatterFeed',
  'MobileNav',
  'OpenCTI',
  'PageLayout',
  'Publisher',
  'ServiceDesk',
  'UserProfile',
  'Visualforce',
  'None',
] as const
/** What of it is hidden, and who may have one of their own. */
export const canvasOptions = ['HideShare', 'HideHeader', 'PersonalEnabled'] as const
/** Who begins single sign-on into it. */
export const canvasSamlInitiations = ['IdpInitiated', 'SpInitiated', 'None'] as const

/** *Canvas App Settings*: that an app is shown inside of pages, and how (`canvasConfig` of metadata). */
export interface CanvasConfig {
  readonly canvasUrl: string
  readonly accessMethod: (typeof canvasAccessMethods)[number]
  readonly locations: readonly (typeof canvasLocations)[number][]
  readonly options: readonly (typeof canvasOptions)[number][]
  readonly samlInitiationMethod: (typeof canvasSamlInitiations)[number]
  /** An Apex class. */
  readonly lifecycleClass: string | undefined
}

/** What an admin enters of it. A field left out stays as it is; an empty URL takes it all away. */
export interface EnteredCanvas extends Partial<Omit<CanvasConfig, 'lifecycleClass'>> {
  readonly lifecycleClass?: string
}

/** The settings with what was entered put in, and what is wrong with it. */
export function canvasWith(
  held: CanvasConfig | undefined,
  entered: EnteredCanvas,
): { readonly canvas: CanvasConfig | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = (field: string, message: string | undefined) => {
    if (message !== undefined) problems.push({ field: `canvas.${field}`, message })
  }
  const canvasUrl = entered.canvasUrl === undefined ? held?.canvasUrl : trimmed(entered.canvasUrl)
  const locations = entered.locations ?? held?.locations ?? []
  const lifecycleClass = entered.lifecycleClass === undefined ? held?.lifecycleClass : trimmed(entered.lifecycleClass)
  if (lifecycleClass !== undefined) report('lifecycleClass', lineProblem(lifecycleClass, 255))
  if (canvasUrl === undefined) {
    if (locations.length > 0) report('canvasUrl', 'Enter where the canvas app is; without that there is none to show.')
    return { canvas: undefined, problems }
  }
  report('canvasUrl', pageUrlProblem(canvasUrl))
  if (locations.includes('None') && locations.length > 1) {
    report('locations', '“None” stands for no location, and so for itself alone.')
  }
  const canvas = {
    canvasUrl,
    accessMethod: entered.accessMethod ?? held?.accessMethod ?? 'Post',
    locations,
    options: entered.options ?? held?.options ?? [],
    samlInitiationMethod: entered.samlInitiationMethod ?? held?.samlInitiationMethod ?? 'None',
    lifecycleClass,
  } as const
  return { canvas, problems }
}
