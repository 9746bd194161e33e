import { OAuthError } from '../../oauth/error.ts'
import { explain } from '../../oauth/explanation.ts'
import { pageAnswer } from '../page-answer.ts'
import { AddressNotAllowedPage, FormExpiredPage, InsufficientPrivilegesPage, RefusedFormPage } from '../pages/error.tsx'
import type { ShowRefusal } from '../visit.ts'

/** How Setup refuses: with a page that says what is lacking, or what is wrong with the form. */
export const setupRefusal: ShowRefusal = (error, { requestId, request }) => {
  if (!(error instanceof OAuthError)) throw error
  const { refusal } = error
  switch (refusal.reason) {
    case 'setup-permission-missing':
      return pageAnswer(InsufficientPrivilegesPage({ requestId, needed: refusal.facts.needed }), { status: 403 })
    case 'ip-restricted':
      return pageAnswer(AddressNotAllowedPage({ requestId, ...refusal.facts }), { status: 403 })
    case 'form-forged':
      return pageAnswer(FormExpiredPage({ requestId, startUrl: request.path }), { status: 403 })
    default:
      return pageAnswer(RefusedFormPage({ requestId, startUrl: request.path, ...explain(refusal) }), { status: 400 })
  }
}
