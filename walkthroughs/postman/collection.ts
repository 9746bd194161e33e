// Assembles the collection that Postman imports. `node walkthroughs/postman/write.ts` writes it.
import { clientCredentials } from './folders/client-credentials.ts'
import { deviceFlow } from './folders/device.ts'
import { exchanges } from './folders/exchanges.ts'
import { fadingFlows } from './folders/fading-flows.ts'
import { registration } from './folders/registration.ts'
import { jwtBearer, samlBearer } from './folders/signed-assertions.ts'
import { singleSignOn } from './folders/single-sign-on.ts'
import { strictServer } from './folders/strict-server.ts'
import { revoke, withTokens } from './folders/tokens.ts'
import { helper, webServer } from './folders/web-server.ts'
import { webViews } from './folders/web-views.ts'

const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'

/** The collection, format v2.1. */
export function collection() {
  return {
    info: {
      _postman_id: '5a11f0a7-0a57-4c0d-9d5e-000000000001',
      name: 'Sallyport walkthrough',
      description:
        'Salesforce’s OAuth flows, request by request, against a `sallyport dev` or against Salesforce. ' +
        'Choose an environment, and run the folders from the top. `sallyport walkthrough postman` writes this collection with an environment that is filled in.',
      schema,
    },
    item: [
      webServer,
      helper,
      withTokens,
      jwtBearer,
      samlBearer,
      deviceFlow,
      clientCredentials,
      exchanges,
      singleSignOn,
      fadingFlows,
      webViews,
      registration,
      strictServer,
      revoke,
    ],
  }
}
