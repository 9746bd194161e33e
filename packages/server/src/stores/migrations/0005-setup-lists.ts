import { sql } from 'kysely'
import type { JournalOutcome } from '../../journal/journal.ts'
import { jsonText } from '../json-sql.ts'
import type { Migration } from './migration.ts'

/** What the lists of Setup need to be quick, however long they are. */
export const setupLists: Migration = {
  version: 5,
  statements({ queries, columns: { number }, table }) {
    const { schema } = queries
    return [
      schema
        .createIndex('users_by_name')
        .on('users')
        .column('org_id')
        .expression(sql`lower(last_name)`)
        .expression(sql`lower(coalesce(first_name, ''))`)
        .column('id'),

      schema.alterTable('journal').addColumn('reason', 'text'),
      queries
        .updateTable('journal')
        .set({ reason: sql<string>`${jsonText('refusal', 'reason')}` })
        .where('refusal', 'is not', null),
      // All that entries are filtered and counted by, so that only those shown are fetched. Its rows are added at the end
      // of an org's: as with login history, one index per filter would have every entry go to pages of its own.
      schema
        .createIndex('journal_of_org')
        .on('journal')
        .columns(['org_id', 'id', 'status', 'reason', 'endpoint', 'flow', 'app_id', 'user_id', 'source_ip']),

      schema.createIndex('sessions_of_org').on('sessions').columns(['org_id', 'id']),
      schema.createIndex('sessions_of_user').on('sessions').columns(['user_id', 'id']),
      schema.createIndex('approvals_of_user').on('approvals').column('user_id'),

      schema.dropIndex('login_history_of_org'),
      schema
        .createIndex('login_history_of_org')
        .on('login_history')
        .columns(['org_id', 'id', 'at', 'status', 'login_type']),

      table('login_counts')
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('hour', number, (column) => column.notNull())
        .addColumn('succeeded', number, (column) => column.notNull())
        .addColumn('failed', number, (column) => column.notNull())
        .addPrimaryKeyConstraint('login_counts_key', ['org_id', 'hour']),
      schema.createIndex('login_counts_by_hour').on('login_counts').column('hour'),
      queries.insertInto('login_counts').expression(
        queries
          .selectFrom('login_history')
          .select([
            'org_id',
            sql<number>`at - at % 3600000`.as('hour'),
            sql<number>`sum(case when status = 'Success' then 1 else 0 end)`.as('succeeded'),
            sql<number>`sum(case when status = 'Success' then 0 else 1 end)`.as('failed'),
          ])
          .groupBy([sql`1`, sql`2`]),
      ),

      table('journal_counts')
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('hour', number, (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('flow', 'text', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('count', number, (column) => column.notNull())
        .addColumn('newest', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('journal_counts_key', ['org_id', 'hour', 'endpoint', 'flow', 'outcome', 'reason']),
      schema.createIndex('journal_counts_by_hour').on('journal_counts').column('hour'),
      queries.insertInto('journal_counts').expression(
        queries
          .selectFrom('journal')
          .select(({ ref, fn }) => [
            ref('org_id').$notNull().as('org_id'),
            sql<number>`at - at % 3600000`.as('hour'),
            'endpoint',
            sql<string>`coalesce(flow, '')`.as('flow'),
            sql<JournalOutcome>`case when reason is not null then 'refused' when status >= 500 then 'failed' else 'passed' end`.as(
              'outcome',
            ),
            sql<string>`coalesce(reason, '')`.as('reason'),
            fn.countAll<number>().as('count'),
            fn.max('request_id').as('newest'),
          ])
          .where('org_id', 'is not', null)
          .groupBy([sql`1`, sql`2`, sql`3`, sql`4`, sql`5`, sql`6`]),
      ),
    ]
  },
}
