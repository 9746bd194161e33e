import { checklist } from '../../journal/checklist.ts'
import { authorizePath, type ReadAuthorizeRequest, type ReturnableRequest } from '../../oauth/authorize-request.ts'
import { connectPath } from '../../oauth/device-request.ts'
import { OAuthError } from '../../oauth/error.ts'
import type { Site } from '../../orgs/address.ts'
import { localPath } from '../local-path.ts'

const authorizeStart = '/services/oauth2/authorize?'

/** What is known of where somebody is going who signs in. */
export interface Destination {
  readonly startUrl: string
  readonly request: ReturnableRequest | undefined
}

/** Whether somebody is on the way to let an app in, be it by the code of a device. */
export function leadsToConsent({ startUrl }: Destination): boolean {
  return [authorizeStart, `${connectPath}?`].some((start) => startUrl.startsWith(start))
}

/** Reads where to go on to; when it is an authorize request, a page can name the app and let its redirect pass. */
export async function destinationOf(
  startUrl: string | undefined,
  site: Site,
  readRequest: ReadAuthorizeRequest,
): Promise<Destination> {
  const path = localPath(startUrl) ?? '/'
  if (!path.startsWith(authorizeStart)) return { startUrl: path, request: undefined }
  const parameters = new Map(new URLSearchParams(path.slice(path.indexOf('?'))))
  try {
    const request = await readRequest(parameters, site, checklist())
    return { startUrl: authorizePath(parameters), request }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    // The authorize endpoint will say what is wrong with it; the page just does not name an app.
    return { startUrl: authorizePath(parameters), request: undefined }
  }
}
