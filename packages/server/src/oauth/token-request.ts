import type { Site } from '../orgs/address.ts'
import type { ShownProof } from '../tokens/dpop-proof.ts'

/** A request to the token endpoint or one of its neighbours, read but not believed. */
export interface TokenRequest {
  /** Form parameters: none empty, none repeated. */
  readonly parameters: ReadonlyMap<string, string>
  /** The Basic credentials, or that there were some which could not be read. */
  readonly basic: { readonly clientId: string; readonly clientSecret: string } | 'malformed' | undefined
  /** The proof of a key that came with it (RFC 9449). */
  readonly proof: ShownProof | undefined
  readonly site: Site
  /** The caller's address, as the connection or a trusted proxy says. */
  readonly sourceIp: string
  readonly userAgent: string
}
