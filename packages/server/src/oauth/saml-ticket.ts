import { z } from 'zod'
import type { Org } from '../orgs/org.ts'
import type { Seal } from '../seal.ts'
import { refusal } from './refusal.ts'

/** Seconds within which people come back from a sign-in page, or from an app that signs them out. */
export const ticketLifetime = 3600

/** What goes along with a browser in an address, so that nobody else can read or make it; for one org. */
export interface SamlTickets<Content> {
  write(content: Content, org: Pick<Org, 'id'>): string
  /** @throws {OAuthError} for one that was not made here, or too long ago */
  read(text: string, org: Pick<Org, 'id'>): { readonly content: Content; readonly begun: Date }
}

const envelope = z.object({ content: z.unknown(), begun: z.number() })

/** Tickets of one purpose. */
export function samlTickets<Content>(
  schema: z.ZodType<Content>,
  purpose: string,
  { seal, now }: { readonly seal: Pick<Seal, 'open' | 'close'>; readonly now: () => Date },
): SamlTickets<Content> {
  const purposeFor = ({ id }: Pick<Org, 'id'>) => `${purpose} ${id}`

  return {
    write: (content, org) => seal.close(JSON.stringify({ content, begun: now().getTime() }), purposeFor(org)),
    read(text, org) {
      const read = opened(text, org)
      if ((now().getTime() - read.begun.getTime()) / 1000 <= ticketLifetime) return read
      const facts = { begun: read.begun.toISOString(), now: now().toISOString(), lifetime: ticketLifetime }
      throw refusal({ reason: 'saml-request-expired', facts })
    },
  }

  function opened(text: string, org: Pick<Org, 'id'>): { readonly content: Content; readonly begun: Date } {
    try {
      const { content, begun } = envelope.parse(JSON.parse(seal.open(text, purposeFor(org))))
      return { content: schema.parse(content), begun: new Date(begun) }
    } catch {
      throw refusal({ reason: 'saml-request-malformed', facts: { problem: 'it was not made here' } })
    }
  }
}
