import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { TestServer } from './test-server.ts'

/** A device with a key of its own. */
export interface Thing {
  readonly jwk: object
  readonly privateKey: KeyObject
  /** Its token; `undefined` takes a claim away. */
  token(claims?: Readonly<Record<string, unknown>>, header?: object): string
}

/** Makes a device, with an EC key as small ones have. */
export function aThing(kind: 'ec' | 'rsa' = 'ec'): Thing {
  const pair =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = pair.publicKey.export({ format: 'jwk' })
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    jwk,
    privateKey: pair.privateKey,
    token(claims = {}, header = { alg: kind === 'ec' ? 'ES256' : 'RS256' }) {
      const input = `${encode(header)}.${encode({
        did: 'thermostat-7',
        Name: 'Thermostat 7',
        Asset: { Name: 'Thermostat', SerialNumber: 'T-7' },
        cnf: { jwk },
        ...claims,
      })}`
      const key = kind === 'ec' ? ({ key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const) : pair.privateKey
      return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
    },
  }
}

/** Adds an app that makes asset tokens, and the certificate it signs them with. */
export async function anAssetApp(
  server: TestServer,
  fullName: string,
  details: Partial<ConnectedApp> = {},
  certificate = 'Devices',
): Promise<ConnectedApp> {
  const held = await server.stores.certificates.findByName(server.org.id, certificate)
  if (held === undefined) await server.addCertificate(certificate)
  const assetTokenConfig = {
    validity: 1800,
    certificate,
    audiences: ['https://telemetry.example', 'https://billing.example'],
    includesAttributes: false,
    includesCustomPermissions: false,
  }
  return server.addApp(fullName, { assetTokenConfig, ...details })
}
