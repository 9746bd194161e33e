import type { Scope } from '../../../connected-apps/scope.ts'

/** What a scope lets an app do, for the admin who selects it; the page where people allow access has words of its own. */
export const scopeHints: Readonly<Record<Scope, string>> = {
  id: 'Who the user is: name, username, email. It comes along with every token.',
  api: 'The REST and SOAP APIs, with the data that the user may read and change.',
  web: 'Web pages of the org, as the user.',
  full: 'All that the user may do. Still no refresh token: that takes refresh_token besides.',
  chatter_api: 'Feeds, groups and files, as the user. api has it in it.',
  visualforce: "The org's own Visualforce pages. web has it in it.",
  refresh_token: 'A refresh token, so that the app keeps its access while the user is away.',
  openid: 'An ID token, which says who signed in (OpenID Connect).',
  custom_permissions: "Which of the app's custom permissions the user has, in identity data.",
  wave_api: 'Data and dashboards of Analytics.',
  eclair_api: 'Map data for charts of Analytics.',
  pardot_api: 'Marketing data.',
  lightning: 'Lightning pages of the org, for hybrid apps.',
  content: 'Files and other content of the org, for hybrid apps.',
}
