import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import type { EnteredApp, EnteredPolicies } from '@sallyport/server'
import { z } from 'zod'
import { entered } from '../../entered.ts'
import { readDuration } from '../../options.ts'

/** Adds what else there is to say of token exchange and asset tokens; apart, as the switches are, for the compiler's sake. */
export function addExchangeOptions(command: CommandUnknownOpts): void {
  command
    .option('--allow-token-exchange', 'the org lets the app exchange tokens')
    .option('--no-allow-token-exchange')
    .option('--asset-certificate <name>', 'what its asset tokens are signed with; an empty text for no such tokens')
    .option('--asset-audience <text...>', 'whom its asset tokens are for; all of them')
    .addOption(new Option('--asset-validity <duration>', 'such as 1h').argParser(readDuration))
    .option('--asset-attributes', 'asset tokens say the custom attributes')
    .option('--no-asset-attributes')
    .option('--asset-custom-permissions', "asset tokens say which of the app's custom permissions the user has")
    .option('--no-asset-custom-permissions')
}

const schema = z.object({
  allowTokenExchange: z.boolean().optional(),
  assetCertificate: z.string().optional(),
  assetAudience: z.array(z.string()).optional(),
  assetValidity: z.number().optional(),
  assetAttributes: z.boolean().optional(),
  assetCustomPermissions: z.boolean().optional(),
})

/** The settings of asset tokens that were entered. */
export function enteredAssetTokens(options: object): EnteredApp {
  const given = schema.parse(options)
  const config = entered({
    certificate: given.assetCertificate,
    audiences: given.assetAudience,
    validity: given.assetValidity,
    includesAttributes: given.assetAttributes,
    includesCustomPermissions: given.assetCustomPermissions,
  })
  if (Object.keys(config).length === 0) return {}
  return { assetTokenConfig: config.certificate === '' ? 'off' : config }
}

/** Whether the org is to let the app exchange tokens. */
export function enteredExchangePolicy(options: object): EnteredPolicies {
  const { allowTokenExchange } = schema.parse(options)
  return allowTokenExchange === undefined ? {} : { isTokenExchangeFlowEnabled: allowTokenExchange }
}
