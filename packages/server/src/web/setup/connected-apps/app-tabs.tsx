import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { appPath, policiesPath } from './app-kind.ts'

interface AppTabsProps {
  readonly app: ConnectedApp
  readonly current: 'settings' | 'policies'
}

/** The two pages of an external client app: what its developer says of it, and what this org decides about it. */
export function AppTabs({ app, current }: AppTabsProps) {
  const tabs = [
    { name: 'settings', href: appPath(app), label: 'Settings' },
    { name: 'policies', href: policiesPath(app), label: 'Policies' },
  ]
  return (
    <nav class="tabs" aria-label={`Pages of ${app.label}`}>
      {tabs.map(({ name, href, label }) => (
        <a class="tab" href={href} aria-current={name === current ? 'page' : undefined}>
          {label}
        </a>
      ))}
    </nav>
  )
}
