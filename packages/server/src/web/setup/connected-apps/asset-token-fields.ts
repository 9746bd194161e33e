import type { OrgCertificate } from '../../../certificates/certificate.ts'
import type { EnteredApp } from '../../../connected-apps/app-settings.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { check, choice, lines, whole } from '../field.tsx'
import type { ValuesOf } from '../form.tsx'

/** *Enable Asset Tokens*. @param certificates of the org: those with an RSA key here can sign */
export function assetTokenFields(certificates: readonly OrgCertificate[]) {
  const signing = certificates.filter(
    ({ sealedPrivateKey, certificate }) => sealedPrivateKey !== undefined && certificate.keyType === 'RSA',
  )
  return {
    assetCertificate: choice({
      label: 'Asset Signing Certificate',
      none: 'None: the app makes no asset tokens',
      options: signing.map(({ name, label }) => ({ value: name, label: label === name ? name : `${label} (${name})` })),
      help: 'Asset tokens are JWTs for devices, which the app gets with an access token and services of yours verify. The key of this certificate signs them; /id/keys publishes it as asset.',
    }),
    assetValidity: whole({
      label: 'Asset Token Valid for',
      unit: 'minutes',
      help: '1 to 525600, a year; an hour when it is left empty. Nobody can end an asset token before its time.',
    }),
    assetAudiences: lines({
      label: 'Asset Audiences',
      rows: 2,
      placeholder: 'https://telemetry.example',
      help: 'The services that asset tokens are for, one on each line. At least one is needed.',
    }),
    assetAttributes: check({
      label: 'Include Custom Attributes in asset tokens',
      help: 'Puts the custom attributes of the app into asset tokens, too.',
    }),
    assetCustomPermissions: check({
      label: 'Include Custom Permissions in asset tokens',
      help: 'Puts into asset tokens which of the app’s custom permissions the user has.',
    }),
  }
}

type Values = ValuesOf<ReturnType<typeof assetTokenFields>>

/** The asset token settings of an app as its form shows them. */
export function assetTokenStart({ assetTokenConfig: config }: ConnectedApp): Partial<Values> {
  if (config === undefined) return {}
  return {
    assetCertificate: config.certificate,
    assetValidity: Math.ceil(config.validity / 60),
    assetAudiences: config.audiences,
    assetAttributes: config.includesAttributes,
    assetCustomPermissions: config.includesCustomPermissions,
  }
}

/** What was entered of asset tokens. @param app as it is, if it is there already */
export function enteredAssetTokens(values: Values, app?: ConnectedApp): EnteredApp {
  const { assetCertificate, assetValidity, assetAudiences, assetAttributes, assetCustomPermissions } = values
  if (assetCertificate === '') return app?.assetTokenConfig === undefined ? {} : { assetTokenConfig: 'off' }
  return {
    assetTokenConfig: {
      certificate: assetCertificate,
      ...(assetValidity === undefined ? {} : { validity: assetValidity * 60 }),
      audiences: assetAudiences,
      includesAttributes: assetAttributes,
      includesCustomPermissions: assetCustomPermissions,
    },
  }
}

/** What the acts call these fields, by their names here. */
export const assetTokenProblemNames: Readonly<Record<string, keyof Values>> = {
  'assetTokenConfig.certificate': 'assetCertificate',
  'assetTokenConfig.validity': 'assetValidity',
  'assetTokenConfig.audiences': 'assetAudiences',
}
