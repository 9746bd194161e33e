import type { Child } from 'hono/jsx'
import type { SetupRight } from '../../users/setup-rights.ts'
import { excerpt } from '../pages/excerpt.ts'
import { Icon, Mark } from '../pages/page.tsx'
import { type FormTarget, PostForm } from '../pages/post-form.tsx'
import { setupScriptPath, setupStylesheetPath } from './assets.ts'
import { Notice } from './blocks.tsx'
import type { Flash } from './flash.ts'
import { type PlaceGroup, type PlacePath, personalPlaces, placeGroups } from './places.ts'

/** A page higher up. */
export interface Crumb {
  readonly href: string
  readonly label: string
}

/** Something to do from a page, as a button at its head. */
export interface HeadAction {
  readonly href: string
  readonly label: string
  /** `brand` for the one thing that most people come for; `destructive` for what cannot be taken back. */
  readonly look?: 'brand' | 'neutral' | 'destructive'
}

/** What a page of Setup shows inside the frame. */
export interface SetupPageProps {
  /** The heading, and the document's title. */
  readonly title: string
  /** The document's title, where it says more than the heading. */
  readonly documentTitle?: string
  /** A word over the heading: what kind of thing it is. */
  readonly kind?: string | undefined
  /** A sentence under it: what the page is for. */
  readonly lead?: Child
  /** The place in the tree that it belongs to. */
  readonly place: PlacePath
  /** The pages above it, below the place. */
  readonly crumbs?: readonly Crumb[]
  readonly actions?: readonly (HeadAction | undefined)[]
  /** Where pictures on it come from, besides this server: origins. */
  readonly images?: readonly string[]
  readonly children: Child
}

/** What the frame knows of who looks. */
export interface FrameProps extends SetupPageProps {
  readonly userName: string
  readonly orgName: string
  readonly can: (right: SetupRight) => boolean
  readonly hasWalkthrough: boolean
  readonly signOut: FormTarget
  readonly flash: Flash | undefined
}

/** The frame of every page of Setup: header, tree of places, heading with its actions, and the page itself. */
export function SetupFrame(props: FrameProps) {
  const { title, kind, lead, place, crumbs = [], actions = [], children, flash } = props
  const isPersonal = place.startsWith('/personal')
  const groups: readonly PlaceGroup[] = isPersonal ? [personalPlaces] : placeGroups
  const here = groups.flatMap((group) => group.places).find(({ path }) => path === place)
  const shownTitle = excerpt(title, 120)
  const shownActions = actions.filter((action) => action !== undefined)
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{`${excerpt(props.documentTitle ?? title, 120)} · ${excerpt(props.orgName, 80)} · Sallyport`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <Icon />
        <link rel="stylesheet" href={setupStylesheetPath} />
        <script type="module" src={setupScriptPath} />
      </head>
      <body class="setup slds-scope">
        <a class="slds-assistive-text slds-assistive-text_focus" href="#main">
          Skip to content
        </a>
        <Header {...props} isPersonal={isPersonal} />
        <div class="frame">
          <Tree {...props} groups={groups} isPersonal={isPersonal} />
          <main id="main" tabindex={-1}>
            <div class="slds-page-header">
              {(crumbs.length > 0 || (here !== undefined && here.label !== title)) && (
                <nav aria-label="Breadcrumbs">
                  <ol class="slds-breadcrumb slds-list_horizontal slds-wrap">
                    {[...(here === undefined ? [] : [{ href: here.path, label: here.label }]), ...crumbs].map(
                      ({ href, label }) => (
                        <li class="slds-breadcrumb__item">
                          <a href={href}>{excerpt(label, 60)}</a>
                        </li>
                      ),
                    )}
                  </ol>
                </nav>
              )}
              <div class="slds-page-header__row">
                <div class="slds-page-header__col-title">
                  {kind !== undefined && <p class="slds-text-title">{kind}</p>}
                  <h1 class="slds-page-header__title">{shownTitle}</h1>
                  {lead !== undefined && <p class="lead">{lead}</p>}
                </div>
                {shownActions.length > 0 && (
                  <div class="slds-page-header__col-actions actions">
                    {shownActions.map(({ href, label, look = 'neutral' }) => (
                      <a class={`slds-button slds-button_${look}`} href={href}>
                        {label}
                      </a>
                    ))}
                  </div>
                )}
              </div>
            </div>
            {flash !== undefined && (
              <Notice look={flash.kind} role="status">
                {excerpt(flash.text, 600)}
              </Notice>
            )}
            {children}
          </main>
        </div>
        <footer class="slds-p-around_medium slds-text-color_weak slds-text-body_small">
          <p>Sallyport · Not affiliated with Salesforce</p>
        </footer>
      </body>
    </html>
  )
}

function Header({ userName, orgName, can, signOut, isPersonal }: FrameProps & { readonly isPersonal: boolean }) {
  return (
    <header class="top">
      <a class="brand" href="/">
        <Mark />
        <span>{excerpt(orgName, 40)}</span>
      </a>
      <nav aria-label="You" class="you">
        <ul>
          {can('view setup') && (
            <li>
              <a href="/setup" aria-current={isPersonal ? undefined : 'true'}>
                Setup
              </a>
            </li>
          )}
          <li>
            <a href="/personal" aria-current={isPersonal ? 'true' : undefined}>
              {excerpt(userName, 40)}
            </a>
          </li>
          <li>
            <PostForm {...signOut}>
              <button class="slds-button" type="submit">
                Sign out
              </button>
            </PostForm>
          </li>
        </ul>
      </nav>
    </header>
  )
}

interface TreeProps extends Pick<FrameProps, 'place' | 'can' | 'hasWalkthrough'> {
  readonly groups: readonly PlaceGroup[]
  readonly isPersonal: boolean
}

function Tree({ groups, place, can, hasWalkthrough, isPersonal }: TreeProps) {
  return (
    <details class="tree" open>
      <summary>{isPersonal ? 'Personal settings' : 'Setup menu'}</summary>
      <nav aria-label={isPersonal ? 'Personal settings' : 'Setup'}>
        {!isPersonal && (
          <search>
            <form method="get" action="/setup/quick-find">
              <label class="slds-assistive-text" for="quick-find">
                Quick Find
              </label>
              <input
                class="slds-input"
                id="quick-find"
                name="find"
                type="search"
                placeholder="Quick Find"
                autocomplete="off"
                data-filters="tree"
              />
            </form>
          </search>
        )}
        <div class="slds-nav-vertical">
          {groups.map(({ label, places }) => {
            const allowed = places.filter(
              ({ right, isOfWalkthrough }) => can(right) && (hasWalkthrough || isOfWalkthrough !== true),
            )
            if (allowed.length === 0) return null
            return (
              <section class="slds-nav-vertical__section" data-filtered="tree">
                <h2 class="slds-nav-vertical__title">{label}</h2>
                <ul>
                  {allowed.map(({ path, label: name, words }) => (
                    <li
                      class={`slds-nav-vertical__item${path === place ? ' slds-is-active' : ''}`}
                      data-words={`${name} ${words ?? ''}`.toLowerCase()}
                    >
                      <a
                        class="slds-nav-vertical__action"
                        href={path}
                        aria-current={path === place ? 'page' : undefined}
                      >
                        {name}
                      </a>
                    </li>
                  ))}
                </ul>
              </section>
            )
          })}
        </div>
      </nav>
    </details>
  )
}
