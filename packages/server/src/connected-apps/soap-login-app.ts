import { type BuiltInNeeds, installBuiltIn } from './built-in-app.ts'
import type { ConnectedApp } from './connected-app.ts'

const fullName = 'SoapLogin'

/**
 * The app that sessions of SOAP `login()` are of. Salesforce's are of none; here every token is of one, so that admins
 * see, block and end these sessions like all others. It is there from the first such login on, and no flow is open to it.
 */
export async function soapLoginApp(needs: BuiltInNeeds): Promise<ConnectedApp> {
  const find = () => needs.apps.findByConsumerKey(fullName)
  const found = await find()
  if (found !== undefined) return found
  await installBuiltIn(needs, {
    fullName,
    label: 'SOAP API login()',
    contactEmail: 'soap-login@sallyport.invalid',
    description: 'The sessions of programs that sign in by the call login() of the SOAP API.',
    scopes: ['id', 'api', 'web'],
  })
  const installed = await find()
  if (installed === undefined) throw new Error('The app of SOAP login() was not kept.')
  return installed
}
