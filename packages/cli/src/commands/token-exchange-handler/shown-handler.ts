import type { EnteredEnablement, Org, Stores, TokenExchangeHandler } from '@sallyport/server'
import { details, minute, yesNo } from '../../table.ts'
import type { Style } from '../../terminal.ts'

/** A handler, with the names of what its ids stand for. */
export interface ShownHandler {
  readonly handler: TokenExchangeHandler
  readonly org: string
  readonly enablements: readonly EnteredEnablement[]
}

/** Looks up what goes with a handler. */
export async function shownHandler(
  { apps, users }: Pick<Stores, 'apps' | 'users'>,
  org: Org,
  handler: TokenExchangeHandler,
): Promise<ShownHandler> {
  const enablements = await Promise.all(
    handler.enablements.map(async ({ appId, executionUserId, isDefault }) => ({
      connectedApp: (await apps.find(appId))?.fullName ?? appId,
      apexExecutionUser: (await users.find(executionUserId))?.username ?? executionUserId,
      isDefault,
    })),
  )
  return { handler, org: org.name, enablements }
}

/** A handler as programs read it. */
export function handlerJson({ handler, org, enablements }: ShownHandler): Readonly<Record<string, unknown>> {
  const { orgId, ...shown } = handler
  return { ...shown, org, enablements }
}

/** A handler as people read it. */
export function handlerText({ handler, org, enablements }: ShownHandler, style: Style): string {
  return details(
    {
      Name: handler.developerName,
      Label: handler.masterLabel,
      Org: org,
      Description: handler.description === '' ? undefined : handler.description,
      Module: handler.tokenHandlerApex,
      'Token types': handler.tokenTypes.join(', '),
      On: yesNo(handler.isEnabled),
      'May make users': yesNo(handler.isUserCreationAllowed),
      Apps: enablements.map(enablementText).join('\n') || 'none',
      Changed: minute(handler.modifiedAt),
    },
    style,
  )
}

function enablementText({ connectedApp, apexExecutionUser, isDefault }: EnteredEnablement): string {
  return `${connectedApp}, as ${apexExecutionUser}${isDefault ? ' (default)' : ''}`
}
