import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { appPath, kindOf, policiesPath } from './app-kind.ts'

interface AppRowActionsProps {
  readonly app: ConnectedApp
  /** Made in this org, whose settings are its own. */
  readonly isOwn: boolean
  readonly canManage: boolean
}

/** What can be done about an app in a list of them. */
export function AppRowActions({ app, isOwn, canManage }: AppRowActionsProps) {
  const { label } = kindOf(app).policies
  return (
    <span class="actions">
      <a href={appPath(app)} aria-label={`View ${app.label}`}>
        View
      </a>
      {canManage && isOwn && (
        <a href={`${appPath(app)}/edit`} aria-label={`Edit ${app.label}`}>
          Edit
        </a>
      )}
      {canManage && (
        <a href={policiesPath(app)} aria-label={`${label} ${app.label}`}>
          {label}
        </a>
      )}
    </span>
  )
}
