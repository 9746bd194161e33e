import { z } from 'zod'

const demoUser = z.object({ username: z.string(), password: z.string(), name: z.string(), about: z.string() })
const demoOrg = z.object({
  id: z.string(),
  name: z.string(),
  myDomain: z.string().optional(),
  port: z.number().optional(),
})
const demoApp = z.object({
  fullName: z.string(),
  label: z.string(),
  consumerKey: z.string(),
  consumerSecret: z.string(),
  callbackUrls: z.array(z.string()),
})
const demo = z.object({
  source: z.object({
    org: demoOrg,
    admin: demoUser,
    /** PEM; the key as PKCS#8. The app in the target org trusts the certificate. */
    certificate: z.object({ name: z.string(), certificate: z.string(), privateKey: z.string() }),
  }),
  target: z.object({
    org: demoOrg,
    admin: demoUser,
    /** May use the integration app. */
    integration: demoUser,
    /** Signs in to the web app. */
    standard: demoUser,
    /** May sign in, but not use the integration app: to see why that is refused. */
    outsider: demoUser,
    integrationApp: demoApp,
    webApp: demoApp,
  }),
})

/** One person of the demo, with their password: it is made anew for each data folder. */
export type DemoUser = z.infer<typeof demoUser>

/** One connected app of the demo, with its secret. */
export type DemoApp = z.infer<typeof demoApp>

/** The demo: an org that calls, an org that is called, and everything needed to sign in to them. Plain JSON. */
export type Demo = z.infer<typeof demo>

/** Reads a demo back that was kept as JSON, or `undefined` when it is none of this version's. */
export function readDemo(json: unknown): Demo | undefined {
  return demo.safeParse(json).data
}
