import { version } from '../../package-folder.ts'
import { details, table } from '../../table.ts'
import type { Style } from '../../terminal.ts'
import type { Ready, ReadyApp } from './ready.ts'
import { quoted } from './try-files.ts'

/** What a person sees when the server answers. */
export interface Screen {
  readonly ready: Ready
  /** How `sallyport` is called for this data folder, from anywhere. */
  readonly launcher: string
  /** Since the process was started. */
  readonly seconds: number
  /** What an org file changed, in words. */
  readonly applied: string | undefined
}

const mostUsers = 12
const mostApps = 6

/** The screen of `sallyport dev`: where to go, as whom, and what to try. */
export function screenText(screen: Screen, style: Style): string {
  const { ready, launcher, seconds, applied } = screen
  const head = `${style.green('✓')} ${style.bold(`Sallyport ${version()} answers.`)} ${style.dim(`${seconds.toFixed(2)} s`)}`
  const foot = `Refusals are shown below. Ctrl-C stops. Everything is kept in ${ready.dataFolder}`
  return [
    applied === undefined ? head : `${head}\n  ${applied}`,
    section('Addresses', addresses(ready, launcher, style), style),
    section('Users', users(ready, launcher, style), style),
    section('Connected apps', apps(ready, launcher, style), style),
    section('Trust its certificate: paste this into every shell that calls it', trust(ready), style),
    section('Try it: paste a line into another shell', lines(ready, style), style),
    style.dim(foot),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n')
}

function section(title: string, body: string | undefined, style: Style): string | undefined {
  return body === undefined ? undefined : `${style.bold(title)}\n${body.replaceAll(/^(?=.)/gm, '  ')}`
}

function addresses({ url, walkthrough, orgs }: Ready, launcher: string, style: Style): string {
  const setup = orgs.at(-1)
  return details(
    {
      'Sign in': url,
      ...Object.fromEntries(orgs.map(({ name, url: own }) => [`Org ${name}`, own])),
      Setup:
        setup && `${setup.url}/setup (apps, users and all else of ${setup.name}; from a shell: ${launcher} --help)`,
      Walkthrough: `${walkthrough} (each flow step by step, with every check)`,
    },
    style,
  )
}

function users({ users }: Ready, launcher: string, style: Style): string | undefined {
  if (users.length === 0) return undefined
  const rows = users
    .slice(0, mostUsers)
    .map(({ username, password, org, profile, note }) => [username, password ?? '–', org, note ?? profile])
  const shown = table(['Username', 'Password', 'Org', 'What for'], rows, style)
  const more = users.length - rows.length
  return more > 0 ? `${shown}\n${more} more: ${launcher} user list` : shown
}

function apps({ connectedApps }: Ready, launcher: string, style: Style): string | undefined {
  if (connectedApps.length === 0) return undefined
  const shown = connectedApps.slice(0, mostApps).map((app) => appText(app, style))
  const more = connectedApps.length - shown.length
  return [...shown, ...(more > 0 ? [`${more} more: ${launcher} app list`] : [])].join('\n')
}

function appText({ fullName, org, consumerKey, consumerSecret, callbackUrls }: ReadyApp, style: Style): string {
  const values = details({ key: consumerKey, secret: consumerSecret, callback: callbackUrls.join('\n') }, style)
  return `${fullName} ${style.dim(`in ${org}`)}\n${values.replaceAll(/^/gm, '  ')}`
}

function trust({ certificateFile }: Ready): string | undefined {
  return certificateFile === undefined ? undefined : `export NODE_EXTRA_CA_CERTS=${quoted(certificateFile)}`
}

function lines({ try: { jwtBearer, webServer } }: Ready, style: Style): string | undefined {
  if (jwtBearer === undefined && webServer === undefined) return undefined
  return details(
    {
      'JWT bearer flow': jwtBearer,
      'Web server flow': webServer,
      'Refused, and why': jwtBearer && `${jwtBearer} --audience https://wrong.example`,
    },
    style,
  )
}
