import { createHmac } from 'node:crypto'
import { hashSecret, sameHash } from '../secret.ts'

/**
 * The token of one form: made from a secret that only this browser's cookie leads to, and from what the form is about,
 * so that it serves no other browser, no other form and no other authorize request.
 */
export function formToken(secret: string, form: string, about: string): string {
  return createHmac('sha256', secret).update(`${form}\0${about}`).digest('base64url')
}

/** Whether a form brought the token that it was given. In constant time. */
export function isFormToken(token: string | undefined, secret: string, form: string, about: string): boolean {
  return token !== undefined && sameHash(hashSecret(token), hashSecret(formToken(secret, form, about)))
}
