import { finishRotation, revealSecret, rotateSecret } from '../../../connected-apps/change-connected-app.ts'
import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import { done, refused } from '../../../problem.ts'
import type { Reply } from '../../reply.ts'
import { Card, Copyable, Details, Notice } from '../blocks.tsx'
import { notTheirPassword, ownPassword } from '../own-password.ts'
import { confirmPage, formPage, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { type AppKind, appCrumb, appPath, kindOf } from './app-kind.ts'
import { findOwnApp } from './find-app.ts'

type Needs = Pick<SetupNeeds, 'seal' | 'passwords' | 'now'>

const fields = { ownPassword }

/** *Manage Consumer Details*: key and secret after one's password was confirmed, and the rotation of the secret. */
export function consumerDetails(kind: AppKind, needs: Needs): readonly SetupRoute[] {
  return [...reveal(kind, needs), ...rotate(kind, needs), ...finish(kind, needs)]
}

function reveal(kind: AppKind, needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${kind.path}/:app/consumer-details`,
    right: 'manage connected apps',
    find: findOwnApp(kind),
    fields: () => fields,
    show: (form, app) => ({
      title: 'Manage Consumer Details',
      kind: app.label,
      place: kind.path,
      crumbs: [appCrumb(app)],
      actions: [rotationAction(app)],
      inside: (
        <Card title="Verify Your Identity">
          <p>
            Consumer key and secret are shown on the next page, once. That you looked is noted in{' '}
            <a href="/setup/audit-trail">Setup Audit Trail</a>.
          </p>
          <RotationState app={app} />
          {form.field('ownPassword')}
        </Card>
      ),
    }),
    submit: 'Show Consumer Details',
    cancel: appPath,
    async act(values, app, visit) {
      const notThem = await notTheirPassword(needs, values.ownPassword, visit)
      if (notThem !== undefined) return notThem
      return details(visit, app, await revealSecret({ ...visit.stores, seal: needs.seal }, app))
    },
  })
}

function rotate(kind: AppKind, needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: `${kind.path}/:app/rotate-secret`,
    right: 'manage connected apps',
    find: findOwnApp(kind),
    fields: () => fields,
    show: (form, app) => ({
      title: 'Rotate Consumer Secret',
      kind: app.label,
      place: kind.path,
      crumbs: [appCrumb(app), { href: `${appPath(app)}/consumer-details`, label: 'Manage Consumer Details' }],
      inside: (
        <Card title="What it means">
          <ol class="slds-list_ordered">
            <li>A new secret is made and shown once. The one before stays valid: nothing breaks yet.</li>
            <li>You give the new one to every place where the app runs.</li>
            <li>You finish the rotation here. From then on the secret before is refused.</li>
          </ol>
          <p>
            The <code>signature</code> in token answers is made with the new secret at once: a program that checks it
            needs the new secret before it can believe the next answer. The consumer key stays as it is.
          </p>
          {form.field('ownPassword')}
        </Card>
      ),
    }),
    submit: 'Rotate Consumer Secret',
    cancel: (app) => `${appPath(app)}/consumer-details`,
    async act(values, app, visit) {
      const notThem = await notTheirPassword(needs, values.ownPassword, visit)
      if (notThem !== undefined) return notThem
      const rotated = await rotateSecret({ ...visit.stores, seal: needs.seal, now: needs.now }, app)
      if (!rotated.ok) return refused(...rotated.problems.map(({ message }) => ({ field: 'ownPassword', message })))
      return details(visit, rotated.value.app, rotated.value.consumerSecret)
    },
  })
}

function finish(kind: AppKind, { now }: Needs): readonly SetupRoute[] {
  return confirmPage({
    path: `${kind.path}/:app/finish-rotation`,
    right: 'manage connected apps',
    find: findOwnApp(kind),
    show: (app) => ({
      title: 'Finish Rotation',
      place: kind.path,
      crumbs: [appCrumb(app), { href: `${appPath(app)}/consumer-details`, label: 'Manage Consumer Details' }],
      consequences: (
        <p>
          From now on only the new consumer secret of {app.label} is valid. Wherever the one before is still in use, the
          app is refused at once (<code>invalid client credentials</code>). It cannot be had back.
        </p>
      ),
      button: 'Finish Rotation',
      isDestructive: true,
      cancel: `${appPath(app)}/consumer-details`,
    }),
    async act(app, { stores }) {
      const finished = await finishRotation({ ...stores, now }, app)
      return finished === undefined
        ? refused({ field: 'consumerSecret', message: 'No rotation is under way: only one secret is valid already.' })
        : done({ to: appPath(app), say: 'The rotation is finished. Only the new consumer secret is valid.' })
    },
  })
}

/** Key and secret, in this one answer. */
function details(visit: SetupVisit, app: ConnectedApp, consumerSecret: string): Reply {
  return shown(visit, {
    title: 'Consumer Details',
    kind: app.label,
    place: kindOf(app).path,
    crumbs: [appCrumb(app)],
    actions: [rotationAction(app)],
    children: (
      <Card title="Consumer Key and Secret">
        <div class="stack">
          <Notice look="warning">
            Keep the secret where the app runs, and nowhere else: no repository, no chat, no ticket. Load this page
            again and it asks for your password again.
          </Notice>
          <Details
            rows={[
              ['Consumer Key', <Copyable text={app.consumerKey} label="consumer key" />],
              ['Consumer Secret', <Copyable text={consumerSecret} label="consumer secret" />],
            ]}
          />
          <RotationState app={app} />
          <p>
            <a href={appPath(app)}>Back to {app.label}</a>
          </p>
        </div>
      </Card>
    ),
  })
}

function rotationAction(app: ConnectedApp) {
  return app.consumerSecret.previousHash === undefined
    ? { href: `${appPath(app)}/rotate-secret`, label: 'Rotate Consumer Secret' }
    : { href: `${appPath(app)}/finish-rotation`, label: 'Finish Rotation' }
}

function RotationState({ app }: { readonly app: ConnectedApp }) {
  if (app.consumerSecret.previousHash === undefined) return null
  return (
    <p>
      A rotation is under way: the new secret and the one before are both valid. When the new one is everywhere,{' '}
      <a href={`${appPath(app)}/finish-rotation`}>finish the rotation</a>.
    </p>
  )
}
