import { type Breakage, whatBreaks } from '../../../connected-apps/what-breaks.ts'
import { done } from '../../../problem.ts'
import { confirmPage } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { type AppKind, appCrumb, appPath } from './app-kind.ts'
import { findOwnApp } from './find-app.ts'

/** *Delete* of an app, with all that it breaks. */
export function deleteApp(kind: AppKind): readonly SetupRoute[] {
  return confirmPage({
    path: `${kind.path}/:app/delete`,
    right: 'manage connected apps',
    find: findOwnApp(kind),
    show: async (app, { stores, at }) => ({
      title: `Delete ${app.label}`,
      place: kind.path,
      crumbs: [appCrumb(app)],
      consequences: <Consequences breakage={await whatBreaks(stores, app, at)} />,
      button: 'Delete',
      isDestructive: true,
      cancel: appPath(app),
    }),
    async act(app, { stores }) {
      await stores.apps.delete(app.id)
      return done({ to: kind.path, say: `The ${kind.noun} “${app.label}” has been deleted.` })
    },
  })
}

function Consequences({ breakage }: { readonly breakage: Breakage }) {
  const { userCount, accessTokenCount, refreshTokenCount, otherOrgCount, certificates } = breakage
  return (
    <>
      <p>The app is gone for good:</p>
      <ul class="slds-list_dotted">
        <li>
          Its consumer key is refused from then on (<code>invalid_client_id</code>). Neither key nor secret can be had
          back; an app made anew has others.
        </li>
        <li>
          {userCount === 0
            ? 'Nobody uses it now.'
            : `${counted(userCount, 'user')} lose it: ${counted(accessTokenCount, 'access token')} and ${counted(refreshTokenCount, 'refresh token')} end at once.`}
        </li>
        {otherOrgCount > 0 && <li>{counted(otherOrgCount, 'other org')} that installed it can use it no more.</li>}
        {certificates.map(({ name }) => (
          <li>
            The certificate <code>{name}</code> has nothing left to sign for here.
          </li>
        ))}
      </ul>
      <p>
        If you only want to stop it for now, block it under <a href="/setup/oauth-usage">Connected Apps OAuth Usage</a>{' '}
        instead.
      </p>
    </>
  )
}

function counted(count: number, thing: string): string {
  return count === 1 ? `1 ${thing}` : `${count} ${thing}s`
}
