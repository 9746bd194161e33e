import { z } from 'zod'

const line = (most: number) => z.string().max(most)

const userData = z.lazy(() =>
  z.object({
    identifier: line(255).optional(),
    firstName: line(255).optional(),
    lastName: line(255).optional(),
    fullName: line(255).optional(),
    email: line(255).optional(),
    username: line(255).optional(),
    locale: line(255).optional(),
    provider: line(255).optional(),
    attributeMap: z.record(z.string(), z.string()).optional(),
  }),
)

/** What `validateIncomingToken` must answer. */
export const validationAnswer = z.lazy(() =>
  z.object({
    isValid: z.boolean(),
    data: z.unknown().optional(),
    userData: userData.optional(),
    customErrorMessage: z.string().optional(),
    singleUse: z.object({ id: z.string().min(1).max(2048), expiresAt: z.number().positive() }).optional(),
  }),
)

/** What `getUserForTokenSubject` must answer. */
export const userAnswer = z.lazy(() =>
  z
    .object({
      Id: line(18).optional(),
      Username: line(255).optional(),
      Email: line(255).optional(),
      FirstName: line(255).optional(),
      LastName: line(255).optional(),
      Profile: line(255).optional(),
      Alias: line(255).optional(),
      TimeZoneSidKey: line(255).optional(),
      LocaleSidKey: line(255).optional(),
      LanguageLocaleKey: line(255).optional(),
      Country: line(255).optional(),
      MobilePhone: line(255).optional(),
      FederationIdentifier: line(512).optional(),
    })
    .refine(({ Id, Username }) => Id !== undefined || Username !== undefined)
    .nullish(),
)

/** A validation as it was parsed. */
export type ValidationAnswer = z.infer<typeof validationAnswer>
/** A user as they were parsed. */
export type UserAnswer = NonNullable<z.infer<typeof userAnswer>>
