import type { Terminal } from '../../terminal.ts'
import { type KeyStores, openStore } from './opened.ts'
import { type OutPasswordOptions, type PasswordOptions, passwordWords } from './password-options.ts'
import { entryText, shownEntries, storeJson } from './shown-store.ts'

/** A file that a command has written. */
export interface WrittenStore {
  readonly file: string
  readonly password: string | undefined
  /** What the command was given, so that the commands it tells to run next open the file. */
  readonly options: PasswordOptions & OutPasswordOptions
}

/** Says what was written, and whether Salesforce will import it. */
export async function answerWritten(
  keyStores: KeyStores,
  terminal: Terminal,
  { file, password, options }: WrittenStore,
): Promise<void> {
  const opened = await openStore(keyStores, terminal, file, password)
  const { outPasswordEnv, outPasswordFile } = options
  const isNew = outPasswordEnv !== undefined || outPasswordFile !== undefined || options.outPasswordStdin === true
  const commandOptions = passwordWords(isNew ? { passwordEnv: outPasswordEnv, passwordFile: outPasswordFile } : options)
  const verdict = keyStores.checkSalesforceImport(opened.store, { now: new Date(), file, commandOptions })
  const entries = shownEntries(keyStores, opened.store.entries)
  const { style } = terminal
  const lines = [`${style.green('✓')} Wrote ${file}: ${entries.map(entryText).join(', ') || 'nothing yet'}.`]
  const broken = verdict.checks.filter(({ outcome }) => outcome === 'broken')
  if (opened.store.format === 'jks') {
    const show = ['sallyport', 'keystore', 'show', ...commandOptions, file].join(' ')
    lines.push(
      verdict.isImportable
        ? '  Salesforce will import it. Whoever has the file can guess at its password fast, so delete it afterwards.'
        : `  Salesforce will not import it: ${broken[0]?.message ?? ''}\n  ${style.dim('→')} ${broken[0]?.mend ?? show}`,
    )
  }
  for (const warning of verdict.warnings) terminal.note(`${style.yellow('!')} ${warning}`)
  terminal.answer(storeJson(opened, entries, verdict), lines.join('\n'))
}
