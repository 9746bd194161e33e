import { type CreateTableBuilder, sql } from 'kysely'
import type { Migration } from './migration.ts'

/** The tables that the program began with. */
export const first: Migration = {
  version: 1,
  statements({ queries, columns, table }) {
    const { schema } = queries
    const { number, bytes } = columns

    /** The counters that a token, a code or a refresh token was made under. */
    const withEpochs = <Columns extends string>(builder: CreateTableBuilder<string, Columns>) =>
      builder
        .addColumn('approval_epoch', number, (column) => column.notNull())
        .addColumn('org_epoch', number, (column) => column.notNull())
        .addColumn('user_epoch', number, (column) => column.notNull())
        .addColumn('app_epoch', number, (column) => column.notNull())

    return [
      table('changes').addColumn('revision', number, (column) => column.notNull()),
      queries.insertInto('changes').values({ revision: 0 }),

      table('orgs')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull().unique())
        .addColumn('my_domain', 'text', (column) => column.unique())
        .addColumn('port', number, (column) => column.unique())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('is_active', number, (column) => column.notNull())
        .addColumn('epoch', number, (column) => column.notNull())
        .addColumn('settings', 'text', (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull()),

      table('profiles')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('permissions', 'text', (column) => column.notNull())
        .addColumn('login_ip_ranges', 'text', (column) => column.notNull())
        .addColumn('session_timeout', number)
        .addUniqueConstraint('profiles_name', ['org_id', 'name']),

      table('permission_sets')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('permissions', 'text', (column) => column.notNull())
        .addUniqueConstraint('permission_sets_name', ['org_id', 'name']),

      // What every token look-up reads stands first: later columns cost more to reach.
      table('users')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('epoch', number, (column) => column.notNull())
        .addColumn('is_active', number, (column) => column.notNull())
        .addColumn('is_frozen', number, (column) => column.notNull())
        .addColumn('username', 'text', (column) => column.notNull().unique())
        .addColumn('email', 'text', (column) => column.notNull())
        .addColumn('first_name', 'text')
        .addColumn('last_name', 'text', (column) => column.notNull())
        .addColumn('nickname', 'text', (column) => column.notNull())
        .addColumn('profile_id', 'text', (column) => column.notNull().references('profiles.id'))
        .addColumn('permission_set_ids', 'text', (column) => column.notNull())
        .addColumn('password_hash', 'text')
        .addColumn('failed_logins', number, (column) => column.notNull())
        .addColumn('locked_until', number)
        .addColumn('time_zone', 'text', (column) => column.notNull())
        .addColumn('locale', 'text', (column) => column.notNull())
        .addColumn('language', 'text', (column) => column.notNull())
        .addColumn('country', 'text')
        .addColumn('mobile_phone', 'text')
        .addColumn('last_login_at', number)
        .addColumn('created_at', number, (column) => column.notNull())
        .addColumn('modified_at', number, (column) => column.notNull()),
      schema.createIndex('users_of_org').on('users').columns(['org_id', 'username']),

      table('connected_apps')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.references('orgs.id'))
        .addColumn('full_name', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('contact_email', 'text', (column) => column.notNull())
        .addColumn('contact_phone', 'text')
        .addColumn('description', 'text')
        .addColumn('info_url', 'text')
        .addColumn('logo_url', 'text')
        .addColumn('icon_url', 'text')
        .addColumn('start_url', 'text')
        .addColumn('consumer_key', 'text', (column) => column.notNull().unique())
        .addColumn('secret_hash', bytes, (column) => column.notNull())
        .addColumn('secret_sealed', 'text', (column) => column.notNull())
        .addColumn('previous_secret_hash', bytes)
        .addColumn('callback_urls', 'text', (column) => column.notNull())
        .addColumn('certificate', 'text')
        .addColumn('scopes', 'text', (column) => column.notNull())
        .addColumn('is_consumer_secret_optional', number, (column) => column.notNull())
        .addColumn('is_secret_required_for_refresh_token', number, (column) => column.notNull())
        .addColumn('is_pkce_required', number, (column) => column.notNull())
        .addColumn('is_introspect_all_tokens', number, (column) => column.notNull())
        .addColumn('is_refresh_token_rotation_enabled', number, (column) => column.notNull())
        .addColumn('id_token_config', 'text', (column) => column.notNull())
        .addColumn('ip_ranges', 'text', (column) => column.notNull())
        .addColumn('single_logout_url', 'text')
        .addColumn('created_at', number, (column) => column.notNull())
        .addColumn('modified_at', number, (column) => column.notNull())
        .addUniqueConstraint('connected_apps_name', ['org_id', 'full_name']),

      table('app_policies')
        .addColumn('app_id', 'text', (column) => column.notNull().references('connected_apps.id'))
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('epoch', number, (column) => column.notNull())
        .addColumn('is_blocked', number, (column) => column.notNull())
        .addColumn('is_admin_approved', number, (column) => column.notNull())
        .addColumn('profile_ids', 'text', (column) => column.notNull())
        .addColumn('permission_set_ids', 'text', (column) => column.notNull())
        .addColumn('ip_relaxation', 'text', (column) => column.notNull())
        .addColumn('refresh_token_policy', 'text', (column) => column.notNull())
        .addColumn('session_timeout', number)
        .addColumn('requires_high_assurance', number, (column) => column.notNull())
        .addPrimaryKeyConstraint('app_policies_key', ['app_id', 'org_id']),

      table('approvals')
        .addColumn('id', number, columns.id)
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('app_id', 'text', (column) => column.notNull())
        .addColumn('epoch', number, (column) => column.notNull())
        .addColumn('scopes', 'text', (column) => column.notNull())
        .addColumn('first_used_at', number, (column) => column.notNull())
        .addColumn('last_used_at', number, (column) => column.notNull())
        .addColumn('use_count', number, (column) => column.notNull())
        .addColumn('revoked_at', number)
        .addUniqueConstraint('approvals_key', ['app_id', 'user_id']),
      schema.createIndex('approvals_of_org').on('approvals').columns(['org_id', 'app_id']),

      schema.createView('standings').as(
        queries
          .selectFrom('approvals')
          .innerJoin('users', 'users.id', 'approvals.user_id')
          .innerJoin('app_policies', (join) =>
            join
              .onRef('app_policies.app_id', '=', 'approvals.app_id')
              .onRef('app_policies.org_id', '=', 'approvals.org_id'),
          )
          .innerJoin('orgs', 'orgs.id', 'approvals.org_id')
          .select((is) => [
            'approvals.id as approval_id',
            'approvals.org_id as org_id',
            'approvals.user_id as user_id',
            'approvals.app_id as app_id',
            'approvals.epoch as approval_epoch',
            'orgs.epoch as org_epoch',
            'users.epoch as user_epoch',
            'app_policies.epoch as app_epoch',
            'app_policies.refresh_token_policy as refresh_token_policy',
            is
              .case()
              .when(
                is.and([
                  is('orgs.is_active', '=', is.lit(1)),
                  is('users.is_active', '=', is.lit(1)),
                  is('users.is_frozen', '=', is.lit(0)),
                  is('app_policies.is_blocked', '=', is.lit(0)),
                ]),
              )
              .then(is.lit(1))
              .else(is.lit(0))
              .end()
              .as('is_open'),
          ]),
      ),

      // Its rows are many and come and go all the time: no constraint that would have to be checked for each, and what
      // an approval tells (org, user, app) is not said again.
      withEpochs(
        table('access_tokens')
          .addColumn('id', number, columns.quickId)
          .addColumn('hash', bytes, (column) => column.notNull())
          .addColumn('approval_id', number, (column) => column.notNull())
          .addColumn('refresh_token_id', number)
          .addColumn('issued_at', number, (column) => column.notNull())
          .addColumn('expires_at', number, (column) => column.notNull())
          .addColumn('timeout', number, (column) => column.notNull())
          .addColumn('revoked_at', number)
          .addColumn('scopes', 'text', (column) => column.notNull()),
      ),
      schema.createIndex('access_tokens_by_expiry').on('access_tokens').column('expires_at'),

      withEpochs(
        table('refresh_tokens')
          .addColumn('id', number, columns.id)
          .addColumn('hash', bytes, (column) => column.notNull())
          .addColumn('approval_id', number, (column) => column.notNull())
          .addColumn('scopes', 'text', (column) => column.notNull())
          .addColumn('auth_time', number, (column) => column.notNull())
          .addColumn('issued_at', number, (column) => column.notNull())
          .addColumn('last_used_at', number, (column) => column.notNull())
          .addColumn('use_count', number, (column) => column.notNull())
          .addColumn('revoked_at', number),
      ),
      schema.createIndex('refresh_tokens_of_approval').on('refresh_tokens').column('approval_id'),
      schema
        .createIndex('refresh_tokens_by_end')
        .on('refresh_tokens')
        .column('revoked_at')
        .where('revoked_at', 'is not', null),

      table('rotated_refresh_tokens')
        .addColumn('refresh_token_id', number, (column) => column.notNull())
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('rotated_at', number, (column) => column.notNull())
        .addPrimaryKeyConstraint('rotated_refresh_tokens_key', ['refresh_token_id', 'hash']),

      withEpochs(
        table('authorization_codes')
          .addColumn('id', number, columns.id)
          .addColumn('hash', bytes, (column) => column.notNull())
          .addColumn('approval_id', number, (column) => column.notNull())
          .addColumn('redirect_uri', 'text', (column) => column.notNull())
          .addColumn('scopes', 'text', (column) => column.notNull())
          .addColumn('code_challenge', 'text')
          .addColumn('nonce', 'text')
          .addColumn('auth_time', number, (column) => column.notNull())
          .addColumn('issued_at', number, (column) => column.notNull())
          .addColumn('redeemed_at', number)
          .addColumn('access_token_id', number)
          .addColumn('refresh_token_id', number),
      ),

      table('used_assertions')
        .addColumn('hash', bytes, (column) => column.primaryKey().notNull())
        .addColumn('expires_at', number, (column) => column.notNull()),
      schema.createIndex('used_assertions_by_expiry').on('used_assertions').column('expires_at'),

      table('sessions')
        .addColumn('id', number, columns.id)
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('org_epoch', number, (column) => column.notNull())
        .addColumn('user_epoch', number, (column) => column.notNull())
        .addColumn('auth_time', number, (column) => column.notNull())
        .addColumn('expires_at', number, (column) => column.notNull())
        .addColumn('timeout', number, (column) => column.notNull())
        .addColumn('source_ip', 'text', (column) => column.notNull())
        .addColumn('form_secret', 'text', (column) => column.notNull()),
      schema.createIndex('sessions_by_expiry').on('sessions').column('expires_at'),

      table('login_history')
        .addColumn('id', number, columns.quickId)
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('at', number, (column) => column.notNull())
        .addColumn('login_type', 'text', (column) => column.notNull())
        .addColumn('login_sub_type', 'text')
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('application', 'text', (column) => column.notNull())
        .addColumn('source_ip', 'text', (column) => column.notNull())
        .addColumn('login_url', 'text', (column) => column.notNull())
        .addColumn('browser', 'text', (column) => column.notNull()),
      schema.createIndex('login_history_of_org').on('login_history').columns(['org_id', 'id']),
      // Not by user alone: the entries of one group of writes, of as many users, would each go to a page of their own.
      schema.createIndex('login_history_of_user').on('login_history').expression(sql`(id / 1024)`).column('user_id'),

      table('journal')
        .addColumn('id', number, columns.quickId)
        .addColumn('request_id', 'text', (column) => column.notNull())
        .addColumn('at', number, (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('flow', 'text')
        .addColumn('org_id', 'text')
        .addColumn('app_id', 'text')
        .addColumn('user_id', 'text')
        .addColumn('source_ip', 'text', (column) => column.notNull())
        .addColumn('status', number, (column) => column.notNull())
        .addColumn('error', 'text')
        .addColumn('passed', 'text', (column) => column.notNull())
        .addColumn('refusal', 'text'),
      schema.createIndex('journal_by_request').on('journal').column('request_id'),
      schema.createIndex('journal_refusals').on('journal').columns(['id', 'refusal']).where('refusal', 'is not', null),

      table('certificates')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('certificate', 'text', (column) => column.notNull())
        .addColumn('sealed_private_key', 'text')
        .addColumn('is_private_key_exportable', number, (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull())
        .addUniqueConstraint('certificates_name', ['org_id', 'name']),

      table('signing_keys')
        .addColumn('kid', 'text', (column) => column.primaryKey())
        .addColumn('public_jwk', 'text', (column) => column.notNull())
        .addColumn('sealed_private_key', 'text', (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull()),

      table('records')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('object', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('fields', 'text', (column) => column.notNull())
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull())
        .addColumn('modified_at', number, (column) => column.notNull()),
      schema.createIndex('records_by_name').on('records').columns(['org_id', 'object', 'name', 'id']),
    ]
  },
}
