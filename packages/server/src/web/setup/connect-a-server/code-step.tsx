import { commandLine } from '../../../oauth/explanations/mending.ts'
import { Card, CodeBlock, Details, Notice } from '../blocks.tsx'
import { appPath } from '../connected-apps/app-kind.ts'
import { notFound, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import {
  apexSample,
  curlSample,
  keyFileOf,
  namedCredentialSample,
  pythonSample,
  typescriptSample,
} from './code-samples.ts'
import { Elsewhere, findUser, goTo, guidePage, guidePath, lastPassed, shownName, Way } from './guide.tsx'
import { addressOf } from './trial.ts'

/** The last step: code to copy, with what was set up. */
export function codeStep(needs: Pick<SetupNeeds, 'addresses'>): readonly SetupRoute[] {
  return page(`${guidePath}/:certificate/:app/:user/code`, 'manage connected apps', async (visit) => {
    const way = await findUser(visit)
    if (way === undefined) return notFound(visit)
    const { certificate, app, user } = way
    const passed = await lastPassed(visit, way)
    const base = addressOf(needs, visit)
    const settings = { base, app, user, certificate }
    const keyFile = keyFileOf(settings)
    return shown(visit, {
      ...guidePage('code'),
      lead: 'Ready to be pasted. No secret is in it: the private key is read from its file.',
      actions: [
        { href: `/setup/oauth-usage/${app.id}`, label: 'OAuth Usage' },
        { href: appPath(app), label: 'View the App' },
      ],
      children: (
        <>
          <Way current="code" way={way} passed={passed} />
          {passed === undefined && (
            <Notice look="warning">
              No token was given yet for this app and user. <a href={goTo('test', way)}>Run the test</a> first.
            </Notice>
          )}
          <Card title="The private key">
            {certificate.sealedPrivateKey === undefined ? (
              <p>
                The private key is yours: have it at hand as <code>{keyFile}</code>.
              </p>
            ) : (
              <>
                <p>
                  The key is held here. Take it to your server, as <code>{keyFile}</code>, in{' '}
                  <a href={`/setup/certificates/${certificate.id}`}>Certificate and Key Management</a> or by:
                </p>
                <CodeBlock
                  text={commandLine(
                    ...['certificate', 'export', certificate.name, '--org', visit.org.name],
                    ...['--private-key', '--out', keyFile],
                  )}
                  label="command"
                />
              </>
            )}
          </Card>
          <Card title="curl and openssl">
            <CodeBlock text={curlSample(settings)} label="commands" />
          </Card>
          <Card title="TypeScript">
            <CodeBlock text={typescriptSample(settings)} label="TypeScript" />
          </Card>
          <Card title="Apex">
            <CodeBlock text={apexSample(settings)} label="Apex" />
            <p>Or by a named credential, which signs in by itself and asks again when a token has ended:</p>
            <CodeBlock text={namedCredentialSample(settings)} label="Apex with a named credential" />
            <Details
              rows={[
                ['Named credential: URL', <code>{base}</code>],
                ['External credential: authentication', 'OAuth 2.0, JWT Bearer Flow'],
                ['Identity provider URL', <code>{`${base}/services/oauth2/token`}</code>],
                ['Issuer (iss)', <code>{app.consumerKey}</code>],
                ['Subject (sub)', shownName(user.username)],
                ['Audience (aud)', <code>{base}</code>],
                ['Signing certificate', <code>{certificate.name}</code>],
              ]}
            />
          </Card>
          <Card title="Python">
            <CodeBlock text={pythonSample(settings)} label="Python" />
            <p>
              Against Salesforce itself, <code>Salesforce(username=…, consumer_key=…, privatekey_file=…)</code> does all
              of it.
            </p>
          </Card>
          <Elsewhere
            commands={commandLine('call', 'GET', '/services/data/v62.0/limits')}
            inSalesforce="Setup > Security > Named Credentials > External Credentials > New, and Named Credentials > New"
          />
        </>
      ),
    })
  })
}
