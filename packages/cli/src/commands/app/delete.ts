import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { type Breakage, whatBreaks } from '@sallyport/server'
import { confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { Failure } from '../../failure.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app delete`: the app, its policies, approvals and tokens are gone. */
export function appDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('delete a connected app')
    .description('Deletes a connected app with its policies, approvals and tokens. It cannot be had back.')
    .argument('<app>', 'by API name or consumer key')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const found = await findApp(stores, name, options.org)
        await checkOwnApp(stores, found, 'it be deleted')
        const { app } = found
        if (app.orgId === undefined) {
          throw new Failure(`${app.fullName} is built in and cannot be deleted.`, {
            next: `It can be blocked: sallyport app block ${app.fullName} --org <name>`,
          })
        }
        await confirmed(
          terminal,
          options.yes,
          [
            `This deletes ${app.fullName} for good:`,
            ...brokenParts(await whatBreaks(stores, app, now())),
            'Its consumer key is refused from then on, and neither key nor secret can be had back.',
          ].join(' '),
        )
        await stores.apps.delete(app.id)
        terminal.answer(
          { fullName: app.fullName, consumerKey: app.consumerKey, isDeleted: true },
          `${terminal.style.green('✓')} Deleted the connected app ${app.fullName}.`,
        )
      }),
    )
}

function brokenParts({
  userCount,
  accessTokenCount,
  refreshTokenCount,
  otherOrgCount,
  certificates,
}: Breakage): readonly string[] {
  return [
    `the tokens of its users (${userCount}) end (${accessTokenCount} access tokens, ${refreshTokenCount} refresh tokens).`,
    ...(otherOrgCount > 0 ? [`Other orgs have it installed (${otherOrgCount}).`] : []),
    ...(certificates.length > 0
      ? [`Nothing is left to sign for with ${certificates.map(({ name }) => name).join(', ')}.`]
      : []),
  ]
}
