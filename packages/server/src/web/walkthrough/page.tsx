import type { WalkthroughOffer } from '../../demo/walkthrough-offer.ts'
import { Icon, Mark } from '../pages/page.tsx'
import { setupStylesheetPath } from '../setup/assets.ts'
import { Card, CodeBlock, Notice } from '../setup/blocks.tsx'
import { type Shape, sequenceDiagram } from './diagram.ts'
import { curl } from './exports/curl.ts'
import { nothingFound, templateOf } from './flow.ts'
import { type FlowName, flowNames, flows, stepWords } from './flow-steps.ts'
import { walkthroughScriptPath, walkthroughStylesheetPath } from './places.ts'

/** What the page of the walkthrough shows. */
export interface WalkthroughProps {
  readonly loginUrl: string
  readonly orgUrls: readonly string[]
  readonly callbackUrl: string
  readonly offer: WalkthroughOffer
}

/** The page: what the flows are, to be read; with script, to be gone through. */
export function WalkthroughPage(props: WalkthroughProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Walkthrough · Sallyport</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <Icon />
        <link rel="stylesheet" href={setupStylesheetPath} />
        <link rel="stylesheet" href={walkthroughStylesheetPath} />
        <script type="module" src={walkthroughScriptPath} />
      </head>
      <body class="setup slds-scope">
        <a class="slds-assistive-text slds-assistive-text_focus" href="#main">
          Skip to content
        </a>
        <header class="top">
          <a class="brand" href="/">
            <Mark />
            <span>Sallyport</span>
          </a>
          <nav aria-label="Elsewhere" class="you">
            <ul>
              <li>
                <a href="/setup">Setup</a>
              </li>
            </ul>
          </nav>
        </header>
        <main id="main" tabindex={-1} class="walkthrough">
          <div class="slds-page-header">
            <h1 class="slds-page-header__title">Walkthrough</h1>
            <p class="lead">
              Both flows, request by request, as they really happen: read each one, change it, send it, and see which
              check of the server it passes and which says no.
            </p>
          </div>
          <div id="walkthrough" data-offer={JSON.stringify(offerFor(props))} />
          <div class="to-read">
            <Notice look="info">
              With script, this page lets you send each request and shows what the server checked. Without, here is what
              happens, and a script that does it.
            </Notice>
            {flowNames.map((flow) => (
              <Reading flow={flow} {...props} />
            ))}
          </div>
        </main>
        <footer class="slds-p-around_medium slds-text-color_weak slds-text-body_small">
          <p>Sallyport · Not affiliated with Salesforce</p>
        </footer>
      </body>
    </html>
  )
}

function Reading({ flow, loginUrl, callbackUrl, offer }: WalkthroughProps & { readonly flow: FlowName }) {
  const { title, about, steps } = flows[flow]
  const app = offer.apps.find(({ privateKey }) => (privateKey !== undefined) === (flow === 'jwt-bearer'))
  const choices = {
    flow,
    consumerKey: app?.consumerKey ?? '<consumer key>',
    consumerSecret: '',
    callbackUrl,
    username: app?.username ?? '<username>',
  }
  const template = (step: 'authorize' | 'token' | 'userinfo' | 'api' | 'refresh') => templateOf(step, choices, loginUrl)
  const commands = curl.write({
    choices,
    loginUrl,
    audience: loginUrl,
    step: 'all',
    templates: {
      authorize: template('authorize'),
      assertion: '',
      token: template('token'),
      userinfo: template('userinfo'),
      api: template('api'),
      refresh: template('refresh'),
    },
    values: { ...nothingFound, client_secret: '' },
    privateKey: '',
    hasSecrets: false,
  })
  return (
    <Card title={title} id={flow}>
      <p>{about}</p>
      <section class="sheet" tabindex={0} aria-label={`Sequence diagram of the ${title}`}>
        <Drawing shape={sequenceDiagram(flow, new Map())} />
      </section>
      <ol class="slds-list_ordered">
        {steps.map((step) => {
          const words = stepWords(flow, step)
          return (
            <li>
              <strong>{words.title}.</strong> {words.about}
            </li>
          )
        })}
      </ol>
      <p>
        As a script, to be saved and run with <code>sh</code>:
      </p>
      <CodeBlock text={commands} label={`commands of the ${title}`} />
    </Card>
  )
}

function Drawing({ shape }: { readonly shape: Shape }) {
  const { tag: Tag, attributes, children } = shape
  return (
    <Tag {...attributes}>
      {children.map((child) => (typeof child === 'string' ? child : <Drawing shape={child} />))}
    </Tag>
  )
}

/** What the script reads: empty texts stand for what there is not. */
function offerFor({ loginUrl, orgUrls, callbackUrl, offer }: WalkthroughProps) {
  return {
    loginUrl,
    orgUrls,
    callbackUrl,
    users: offer.users,
    apps: offer.apps.map(({ label, consumerKey, consumerSecret, callbackUrls, privateKey, username, outsider }) => ({
      label,
      consumerKey,
      consumerSecret,
      callbackUrls,
      privateKey: privateKey ?? '',
      username,
      outsider: outsider ?? '',
    })),
  }
}
